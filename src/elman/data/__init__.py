"""What all data sets share: downloads, splits, files and their bad lines, batches by length."""

from elman.extras import require

require(__name__, "train", "lightning", "rich")
