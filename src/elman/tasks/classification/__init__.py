"""Classification of texts and of time series."""
