"""ctl-kg: an open linked-data publisher for regional innovation ecosystems."""

__version__ = "0.1.0"
