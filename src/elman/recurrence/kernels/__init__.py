"""What engine `compiled` has compiled: its loops, and what they are made of."""
