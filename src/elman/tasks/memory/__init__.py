"""Tasks by which the memory of recurrent networks is judged. Programs generate their sequences."""

from elman.extras import require

require(__name__, "tasks", "sklearn")
