"""Transcribes speech: `python scripts/transcribe.py checkpoint=RUN audio=FILE.wav`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("transcribe")
def main(config: DictConfig) -> None:
    """Prints the transcript."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.tasks.speech.transcribe import Transcribe, transcribe

    print(transcribe(read_values(Transcribe, config)))


if __name__ == "__main__":
    main()
