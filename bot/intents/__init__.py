"""One file per thing a customer can ask or do."""
