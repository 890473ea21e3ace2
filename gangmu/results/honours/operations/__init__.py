"""Every write of contests, honours, pledges and marks; the context comes first."""
