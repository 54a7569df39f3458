"""What marketing tools are told, by a real server that verifies it."""
