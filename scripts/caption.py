"""Writes a caption: `python scripts/caption.py checkpoint=RUN image=picture.png`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("caption")
def main(config: DictConfig) -> None:
    """Prints the caption of the image."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.tasks.captioning.caption import Caption, caption

    print(caption(read_values(Caption, config)))


if __name__ == "__main__":
    main()
