"""What a marketing tool hears from us: signed, in order, and again until it has taken it."""
