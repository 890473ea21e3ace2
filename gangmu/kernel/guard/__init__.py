"""The rules against formalism: what packs and people may not ask for, and who answers for an exception."""
