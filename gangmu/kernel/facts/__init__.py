"""The narrow append-only table between those who work and those who measure."""
