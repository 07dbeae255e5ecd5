"""Trains a network: `python scripts/train.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point
from elman.training.train import train


@entry_point("train")
def main(config: DictConfig) -> float:
    """Trains and returns the test figure to judge by, for sweeps to optimise."""
    return train(config)


if __name__ == "__main__":
    main()
