"""The version of the engine, which goes into the provenance of every bill."""

__version__ = "0.1.0"
