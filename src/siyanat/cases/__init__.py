"""Follow-up: cases, actions with deadlines, decisions, answers."""
