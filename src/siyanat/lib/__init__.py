"""Ground floor: what knows no word of the domain."""
