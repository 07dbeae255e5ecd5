"""What recurrent networks are used for, one folder a task."""

from elman.extras import require

require(
    __name__, "tasks", "PIL", "networkx", "pandas", "polib", "scipy", "sentencepiece", "sklearn"
)
