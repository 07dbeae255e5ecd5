"""Tests a trained network: `python scripts/evaluate.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("evaluate")
def main(config: DictConfig) -> float:
    """Tests a network and returns the main metric."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.training.evaluate import Evaluate, evaluate

    return evaluate(read_values(Evaluate, config))


if __name__ == "__main__":
    main()
