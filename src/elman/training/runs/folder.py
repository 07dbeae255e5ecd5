"""What the folder of a training run holds, relative to it."""

from pathlib import Path

CONFIG = Path("config.yaml")  # resolved, to read
OVERRIDES = Path("overrides.yaml")  # what the run was started with, to resume it
CHECKPOINTS = Path("checkpoints")
BEST = Path("checkpoints/best.ckpt")
LAST = Path("checkpoints/last.ckpt")
PREVIOUS = Path("checkpoints/previous.ckpt")  # the last one before
METRICS = Path("csv/version_0/metrics.csv")
CURVES = Path("curves.png")
PATH = Path("path.pt")  # of the weights, from before the training to its end
DESCENT = Path("descent.png")
COLUMN_MATRIX = Path("column_matrix.png")
NEURONS = Path("neurons.html")
CONFUSION = Path("confusion.png")
LOG = Path("train.log")
RECONSTRUCTIONS = Path("reconstructions.png")
CODES = Path("codes.png")
SHEET = Path("captions.png")
LOCK = Path(".lock")  # held while a process trains
RESULT = Path("result.json")
FAILURE = Path("failure.txt")  # why a training of a sweep failed, in one sentence
GRADIENT_FLOW = Path("gradient_flow")  # a folder with a file for each validation
GRADIENT_FLOW_PAGE = Path("gradient_flow.html")
ERRORS = Path("errors.png")
BOUNDARIES = Path("boundaries.png")
WORD_TREE = Path("word_tree.png")
