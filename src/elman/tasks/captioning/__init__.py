"""Image captioning: data, training, baselines, pictures, and captions by a trained network."""

from elman.extras import require

require(__name__, "tasks", "PIL", "sklearn")
