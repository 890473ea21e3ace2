"""What organizations are given for their work, by which paper, for how long, and what each got year by year."""
