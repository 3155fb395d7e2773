"""The catalogue of a release, for portals: what is offered, in each profile that they read."""
