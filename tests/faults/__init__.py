"""The fault run: everything that can go wrong on purpose, and what is left afterwards."""
