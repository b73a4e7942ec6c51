"""The schema's steps, written by hand in SQL and run in the order of their names, under a lock."""
