"""What Baton promises, shown to hold."""
