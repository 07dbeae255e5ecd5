"""Transcribes speech: `python scripts/transcribe.py checkpoint=RUN audio=FILE.wav`."""

from omegaconf import DictConfig

from elman.cli import entry_point
from elman.tasks.speech.transcribe import transcribe


@entry_point("transcribe")
def main(config: DictConfig) -> None:
    """Prints the transcript."""
    print(transcribe(config))


if __name__ == "__main__":
    main()
