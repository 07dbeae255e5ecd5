"""The four experiments of Elman 1990, "Finding structure in time"."""

from elman.extras import require

require(__name__, "tasks", "scipy", "sklearn")
