"""Units, people, posts held over time and the gates on them, vehicles, shifts and crews."""
