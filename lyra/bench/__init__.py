"""How fast the engine is, beside other backtesters on the same bars and the same machine."""
