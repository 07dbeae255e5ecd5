"""What the folder of a training run holds, relative to it."""

from pathlib import Path

CONFIG = Path("config.yaml")  # resolved, to read
OVERRIDES = Path("overrides.yaml")  # what the run was started with, to resume it
BEST = Path("checkpoints/best.ckpt")
LAST = Path("checkpoints/last.ckpt")
CURVES = Path("curves.png")
SHEET = Path("captions.png")  # pictures of the test, where the network writes captions
LOG = Path("train.log")
