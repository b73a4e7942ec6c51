"""Other programs that answer the same callbacks, each as its own documentation shows it."""
