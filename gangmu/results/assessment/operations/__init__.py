"""Every write to rounds, reviews and appeals."""
