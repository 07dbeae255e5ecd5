"""Time-series forecasting."""

from elman.extras import require

require(__name__, "tasks", "pandas")
