"""What asking costs: minutes, overlaps, the month's quota, the approved forms."""
