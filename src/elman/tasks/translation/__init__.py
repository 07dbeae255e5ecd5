"""Machine translation: data, training, baselines, and translation with a trained network."""
