"""Moments of a shift and its watch plan."""
