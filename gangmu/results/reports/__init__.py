"""Say what a place reports of itself in sentences whose figures lead home: composed, frozen, signed, printed."""
