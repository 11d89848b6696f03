"""From files to time slices: columns of market data, subscriptions, and the frontier that steps through them."""
