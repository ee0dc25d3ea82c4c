"""Kartabl: what waits for whoever is logged in, by deadline; notices."""
