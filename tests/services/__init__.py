"""The use cases, checked on storage kept in memory."""
