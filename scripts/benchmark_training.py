"""Times a training step: `python scripts/benchmark_training.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("benchmark_training")
def main(config: DictConfig) -> None:
    """Times a training step with elman.RNN and with torch.nn.RNN."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.comparison.training_step import BenchmarkTraining, compare_training_step

    compare_training_step(read_values(BenchmarkTraining, config))


if __name__ == "__main__":
    main()
