"""Where a place wants to get: programmes, targets, letters, projects, lists, campaigns and the year's calendar."""
