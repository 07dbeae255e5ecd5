"""The folder of a run, from its claim to its result, and runs compared."""
