"""Framework models: risk."""
