"""What is done with councils from outside an algorithm: recording their votes, probing their members, studying their pool."""
