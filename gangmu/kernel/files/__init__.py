"""Bytes with provenance: evidence in, rendered documents out."""
