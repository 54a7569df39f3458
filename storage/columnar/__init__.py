"""A question over every lead, answered in bulk: exactly what the scoring function says, faster."""
