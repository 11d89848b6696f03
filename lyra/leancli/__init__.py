"""Driving QuantConnect's own command line, `lean`: its backtests, live trading, research and optimizations in Docker, and its cloud."""
