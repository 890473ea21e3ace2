"""Every read of standards; the reader comes first."""
