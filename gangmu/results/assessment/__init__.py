"""Numbers into scores, stars and ranks; rounds, review, appeal, honours."""
