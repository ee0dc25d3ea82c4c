"""Retention categories, disposal by two persons, release. Only this room deletes."""
