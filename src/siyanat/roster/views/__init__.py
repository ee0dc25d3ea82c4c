"""Pages of the roster: parse, one call down, render. Each view says whom it admits."""
