"""Times a training step: `python scripts/benchmark_training.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point
from elman.comparison.training_step import compare_training_step


@entry_point("benchmark_training")
def main(config: DictConfig) -> None:
    """Times a training step with elman.RNN and with torch.nn.RNN."""
    compare_training_step(config)


if __name__ == "__main__":
    main()
