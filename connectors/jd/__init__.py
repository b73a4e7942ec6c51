"""Orders and refunds of shops on JD (京东)."""
