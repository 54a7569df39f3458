"""The business of handing leads over, with no idea that Slack, HTTP or SQL exist."""
