"""Pages that many rooms make together."""
