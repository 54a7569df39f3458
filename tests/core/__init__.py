"""The business rules, checked without Slack, HTTP or a database."""
