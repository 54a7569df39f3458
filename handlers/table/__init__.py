"""Tables in files: what people export from elsewhere, read strictly and explained line by line."""
