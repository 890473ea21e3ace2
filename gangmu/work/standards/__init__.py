"""What a good organization of its field looks like: claimed, judged above by its criteria, held for a while."""
