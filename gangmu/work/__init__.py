"""Where work is done: what is written down, asked for and answered."""
