"""Persons, their standing as members, their posts; households."""
