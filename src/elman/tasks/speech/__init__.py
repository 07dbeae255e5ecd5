"""Speech recognition."""

from elman.extras import require

require(__name__, "tasks", "scipy")
