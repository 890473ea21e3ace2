"""How an organization looks at itself (自查): for its own eyes, walled off from everything that judges it."""
