"""From authored files to a validated release, and what a release holds."""
