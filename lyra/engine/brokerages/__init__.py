"""Brokerages: which orders they take, what they charge, how much they lend."""
