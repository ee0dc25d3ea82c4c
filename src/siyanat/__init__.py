"""Oversight of the police: the rooms of the house; see docs/explanation/rooms.md."""
