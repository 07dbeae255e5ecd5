"""Transcribes a sound file with a trained network."""

from dataclasses import dataclass

import torch

from elman.checks import check_beam_width
from elman.tasks.speech.audio import SAMPLE_RATE, read_wav
from elman.tasks.speech.ctc import prefix_beam_search
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.log_mel import HOP
from elman.tasks.speech.training import build_lexicon
from elman.training.checkpoints.checkpoint import restore


@dataclass(frozen=True)
class Transcribe:
    """The values of `scripts/transcribe.py`, explained in `conf/transcribe.yaml`."""

    checkpoint: str
    trust: list[str]
    audio: str
    beam_width: int | None

    def __post_init__(self) -> None:
        if self.beam_width is not None:
            check_beam_width("beam_width", self.beam_width)


@torch.inference_mode()
def transcribe(values: Transcribe) -> str:
    """The transcript of a sound file.

    Args:
        values: of the script.

    Returns:
        The most likely text that the beam search finds; it may be empty.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the sound file is missing or invalid, the
            sound is too short, or the beam width is not a positive int.
    """
    network, data, checkpoint = restore(values.checkpoint, trust=values.trust)
    if not isinstance(data, SpeechData):
        raise ValueError(
            f"checkpoint: {values.checkpoint} contains a {type(network).__name__}, which cannot "
            "transcribe speech; give a run of experiment=speech"
        )
    trained_width = checkpoint["training"]["beam_width"]
    beam_width = trained_width if values.beam_width is None else values.beam_width
    check_beam_width("beam_width", beam_width)
    try:
        waveform = read_wav(values.audio)
    except (OSError, ValueError) as error:
        raise type(error)(f"audio: {error}") from error
    if data.time_steps(len(waveform)) == 0:
        raise ValueError(
            f"audio: {values.audio} is {len(waveform) / SAMPLE_RATE:.3f} s long, which is too "
            f"short for a time step of {data.frame_stacking * HOP / SAMPLE_RATE:g} s"
        )
    log_y, _ = network(*data.inputs([waveform]))  # (T, 1, K)
    text, _ = prefix_beam_search(log_y[:, 0], beam_width, build_lexicon(data))
    return data.decode(text)
