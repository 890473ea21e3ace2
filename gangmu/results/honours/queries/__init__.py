"""Every read of contests, honours and sheets; the reader comes first."""
