"""How leads, handoffs and figures look in Slack: domain values in, Block Kit out."""
