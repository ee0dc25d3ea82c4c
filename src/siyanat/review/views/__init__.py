"""Pages of reviews, the acts of the player, and the footage itself."""
