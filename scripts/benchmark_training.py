"""Times a training step: `python scripts/benchmark_training.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("benchmark_training")
def main(config: DictConfig) -> None:
    """Times a training step with elman.RNN and with torch.nn.RNN."""
    from elman.comparison.training_step import (
        compare_training_step,
    )  # not needed for --help, which must be quick

    compare_training_step(config)


if __name__ == "__main__":
    main()
