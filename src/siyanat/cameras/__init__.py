"""Body-worn cameras: states, issue and return, clock and health."""
