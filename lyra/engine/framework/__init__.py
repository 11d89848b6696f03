"""The algorithm framework: universe selection, alphas, portfolio construction, risk and execution."""
