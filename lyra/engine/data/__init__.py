"""What flows through an algorithm: bars, ticks, corporate events, slices, and the files they come from."""
