"""Rows from a sheet: staged, judged, confirmed as a whole, undone."""
