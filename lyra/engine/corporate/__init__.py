"""Corporate actions: ticker histories (map files) and price adjustments (factor files)."""
