"""Reading media with PyAV: probe, scan, cut, package. Knows neither Django nor the database."""
