"""Facts into one number per organization and period."""
