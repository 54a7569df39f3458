"""One contract that every kind of storage keeps."""
