"""Every read of rounds, results and appeals; the reader comes first."""
