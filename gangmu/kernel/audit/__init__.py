"""Every change passes here: allowed, done whole, written to one log that a sealer chains."""
