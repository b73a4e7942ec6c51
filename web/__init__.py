"""What every HTTP edge shares: context, typed handlers, errors, health, limits, sessions."""
