"""What all data sets share: fetching, splits, files and their bad lines, batches by length."""
