"""Replaceable models of a security: slippage, volatility, margin interest, short availability, data filters."""
