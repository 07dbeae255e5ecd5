"""Classification of texts and of time series."""

from elman.extras import require

require(__name__, "tasks", "sklearn")
