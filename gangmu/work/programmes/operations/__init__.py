"""Every write of goals, one module a noun."""
