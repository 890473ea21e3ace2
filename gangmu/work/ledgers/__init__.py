"""Standing ledgers: what is known of each organization, entered at one level and seen at the others."""
