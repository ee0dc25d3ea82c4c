"""Pages of cameras: parse, one call down, render. Each view says whom it admits."""
