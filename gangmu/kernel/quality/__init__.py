"""What in the data is doubtful, where it stands, and how it is mended or excused."""
