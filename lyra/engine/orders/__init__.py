"""Orders: their kinds, properties, requests, tickets and events. Models that fill and price them stand beside, in this package."""
