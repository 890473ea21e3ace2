"""What reports say, and what their figures come to."""
