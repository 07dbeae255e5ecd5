"""What all data sets share: downloads, splits, text files, bad lines, batches by length."""
