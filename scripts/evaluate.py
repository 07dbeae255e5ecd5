"""Tests a trained network: `python scripts/evaluate.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point
from elman.training.evaluate import evaluate


@entry_point("evaluate")
def main(config: DictConfig) -> float:
    """Tests and returns the figure to judge by."""
    return evaluate(config)


if __name__ == "__main__":
    main()
