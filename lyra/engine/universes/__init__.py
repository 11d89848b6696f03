"""Universes: which securities are subscribed to, and when that changes."""
