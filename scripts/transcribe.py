"""Transcribes speech: `python scripts/transcribe.py checkpoint=RUN audio=FILE.wav`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("transcribe")
def main(config: DictConfig) -> None:
    """Prints the transcript."""
    from elman.tasks.speech.transcribe import (
        transcribe,
    )  # not needed for --help, which must be quick

    print(transcribe(config))


if __name__ == "__main__":
    main()
