"""A page that shows a network unfolded in time, with the gradient of each cost at each state."""

from elman.extras import require

require(__name__, "train", "hydra", "jinja2", "lightning")
