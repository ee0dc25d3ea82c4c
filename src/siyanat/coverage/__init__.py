"""Minutes owed against minutes recorded, excused or unexplained."""
