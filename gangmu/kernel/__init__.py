"""What everything stands on: the log, packs, the tree, access, people, facts."""
