"""Measures the speed of the recurrent layer: `python scripts/benchmark.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("benchmark")
def main(config: DictConfig) -> None:
    """Times every engine, torch.nn.RNN and other installed libraries."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.comparison.benchmark import Benchmark, benchmark

    benchmark(read_values(Benchmark, config))


if __name__ == "__main__":
    main()
