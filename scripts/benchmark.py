"""Measures the speed of the recurrent layer: `python scripts/benchmark.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point
from elman.comparison.benchmark import benchmark


@entry_point("benchmark")
def main(config: DictConfig) -> None:
    """Times every engine, torch.nn.RNN and other installed libraries."""
    benchmark(config)


if __name__ == "__main__":
    main()
