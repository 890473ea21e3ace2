"""The tree of organizations, today and on any past day, with units and links beside it."""
