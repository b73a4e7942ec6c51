"""What sets a fresh machine up; standard library only, since nothing else is there yet."""
