"""The program: how its pieces are kept going."""
