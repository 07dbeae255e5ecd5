"""Shows a feedforward network on the slides: `python scripts/show.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("show")
def main(config: DictConfig) -> None:
    """Writes a page with the numbers of a network beside the equations of the slides."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.inspection.neurons.page import Show, show_neurons

    show_neurons(read_values(Show, config))


if __name__ == "__main__":
    main()
