"""Comparison of runs with what the real LEAN engine recorded."""
