"""The versioned catalogue of conduct standards: one list for marks, contacts, findings and decisions."""
