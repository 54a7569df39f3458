"""What people do in Slack, and what Baton says back to them."""
