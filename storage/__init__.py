"""Where leads, decisions and promises are kept."""
