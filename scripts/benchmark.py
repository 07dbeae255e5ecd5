"""Measures the speed of the recurrent layer: `python scripts/benchmark.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("benchmark")
def main(config: DictConfig) -> None:
    """Times every engine, torch.nn.RNN and other installed libraries."""
    from elman.comparison.benchmark import benchmark  # not needed for --help, which must be quick

    benchmark(config)


if __name__ == "__main__":
    main()
