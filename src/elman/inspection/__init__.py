"""To look at what a network learns."""
