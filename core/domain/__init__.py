"""What a lead, a handoff and a definition are, and the decisions people take on them."""
