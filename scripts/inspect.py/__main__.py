"""Shows backpropagation through time on a page: `python scripts/inspect.py checkpoint=RUN`.

The script is a folder: a file `inspect.py` would hide Python's own module `inspect` from all
scripts beside it.
"""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("inspect")
def main(config: DictConfig) -> None:
    """Writes the page, and prints how far back the network looks."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.inspection.unfolded.page import Inspect, inspect_network

    inspect_network(read_values(Inspect, config))


if __name__ == "__main__":
    main()
