"""Image captioning: data, training, baselines, pictures, and captions by a trained network."""
