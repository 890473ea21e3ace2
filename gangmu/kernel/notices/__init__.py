"""Frozen pages for a named audience and period, with objections; the library of documents."""
