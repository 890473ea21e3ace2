"""Every read of goals, one module a noun; the reader comes first."""
