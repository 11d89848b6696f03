"""Two runs beside each other, whichever engine made them."""
