"""From a goal through orders, records, indicators and results to the next goal, and where that thread breaks."""
