"""How fast Baton is against the least that the same work could cost."""
