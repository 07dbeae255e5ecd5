"""The values of a configuration, checked before any work, and what they build."""
