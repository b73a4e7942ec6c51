"""What the connectors of all platforms share: calls, hints, sweeps, and the work on them."""
