"""Data of the past on request: what is asked for (`requests`), reading it (`provider`), pandas frames of it (`frames`)."""
