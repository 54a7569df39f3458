"""What other systems tell Baton over HTTP."""
