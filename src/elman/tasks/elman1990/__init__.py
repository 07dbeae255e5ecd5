"""The four experiments of Elman 1990, "Finding structure in time"."""
