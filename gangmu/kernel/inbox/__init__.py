"""What is waiting for one person to do or to read."""
