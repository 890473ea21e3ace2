"""The demonstration worlds: planned from a pack's files, built and played by the product's own operations."""
