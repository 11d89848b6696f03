"""Framework models: execution."""
