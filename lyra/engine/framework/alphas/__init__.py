"""Framework models: alphas."""
