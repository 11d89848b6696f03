"""Securities: prices, holdings, cash, the portfolio, and the models that say how each is traded."""
