"""Words every room uses; plain Python, no Django, no database."""
