"""Several processes of one training, and the signals that end it."""
