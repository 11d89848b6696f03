"""Market data on disk: import, generate, list and check LEAN data folders, and the reference files they need."""
