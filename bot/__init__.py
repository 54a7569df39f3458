"""The program: how the pieces are put together and started."""
