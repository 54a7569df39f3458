"""A lead followed all the way, as people see it."""
