"""Every write of standards; the context comes first."""
