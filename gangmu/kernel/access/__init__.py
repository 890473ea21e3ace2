"""Accounts, roles and grants: who may do what, where, from when to when."""
