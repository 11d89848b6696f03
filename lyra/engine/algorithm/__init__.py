"""`QCAlgorithm`: what a LEAN algorithm derives from, in parts by subject."""
