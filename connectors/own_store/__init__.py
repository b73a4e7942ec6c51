"""Orders from the brand's own stores and tills, told by signed calls; see README.md."""
