"""People look at what triage raised, and decide: proof of watching, marks, sign-off, second line."""
