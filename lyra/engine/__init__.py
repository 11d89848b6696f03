"""A LEAN-compatible engine in Python: runs unmodified LEAN algorithms and gives LEAN's results."""
