"""Lyra: a workspace around QuantConnect LEAN with an embedded, LEAN-compatible engine."""

__version__ = "0.1.0"
