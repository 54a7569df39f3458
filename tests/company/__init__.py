"""A company at work for a week of simulated time, and an audit that believes nobody."""
