"""What other systems may send, and what they are answered."""
