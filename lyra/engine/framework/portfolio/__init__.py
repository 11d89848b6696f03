"""Framework models: portfolio."""
