"""Framework models: selection."""
