"""Projects and their configuration, as the LEAN CLI keeps them."""
