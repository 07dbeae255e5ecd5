"""HTML pages that need no other file: they open offline and can be sent by mail."""

from elman.extras import require

require(__name__, "train", "jinja2")
