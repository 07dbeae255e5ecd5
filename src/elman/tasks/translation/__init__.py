"""Machine translation: data, training, baselines, and translation with a trained network."""

from elman.extras import require

require(__name__, "tasks", "networkx", "polib", "sentencepiece", "sklearn")
