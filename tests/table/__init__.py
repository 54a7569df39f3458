"""Files are read as strictly and as kindly as they are told to be."""
