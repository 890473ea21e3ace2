"""Ask for it: programmes, targets, letters, duties, orders."""
