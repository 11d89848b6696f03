"""Reference data of markets: names, opening hours, properties of symbols."""
