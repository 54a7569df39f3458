"""Signed requests in, Slack calls out."""
