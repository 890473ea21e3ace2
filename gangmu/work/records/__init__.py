"""Write it down: entries that happen once, and things that last."""
