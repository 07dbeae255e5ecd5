"""Trains a network: `python scripts/train.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point, given_overrides


@entry_point("train")
def main(config: DictConfig) -> float:
    """Trains a network and returns the main metric, for sweeps to optimise."""
    from elman.training.train import train  # not needed for --help, which must be quick

    return train(config, given_overrides()).score


if __name__ == "__main__":
    main()
