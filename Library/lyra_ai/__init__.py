"""What Lyra's algorithms import beside LEAN: small now, and meant to hold the council, ported indicators and strategy hosts.

The package runs unchanged in LEAN's Docker image, in QuantConnect cloud and in the embedded engine, so it imports nothing of `lyra`.
"""

__version__ = "0.1.0"
