"""Transcribes a sound file with a trained network."""

import torch
from omegaconf import DictConfig

from elman.checks import check_size
from elman.tasks.speech.audio import SAMPLE_RATE, read_wav
from elman.tasks.speech.ctc import prefix_beam_search
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.log_mel import HOP
from elman.tasks.speech.training import build_lexicon
from elman.training.checkpoint import restore


@torch.inference_mode()
def transcribe(config: DictConfig) -> str:
    """The transcript of a sound file.

    Args:
        config: composed from `conf/transcribe.yaml`.

    Returns:
        The most likely text that the beam search finds; it may be empty.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the sound file is missing or invalid, the
            sound is too short, or the beam width is not a positive int.
    """
    network, data, checkpoint = restore(config.checkpoint, trust=config.trust)
    if not isinstance(data, SpeechData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} contains a {type(network).__name__}, which cannot "
            "transcribe speech; give a run of experiment=speech"
        )
    trained_width = checkpoint["training"]["beam_width"]
    beam_width = trained_width if config.beam_width is None else config.beam_width
    check_size("beam_width", beam_width)
    try:
        waveform = read_wav(config.audio)
    except (OSError, ValueError) as error:
        raise type(error)(f"audio: {error}") from error
    if data.time_steps(len(waveform)) == 0:
        raise ValueError(
            f"audio: {config.audio} is {len(waveform) / SAMPLE_RATE:.3f} s long, which is too "
            f"short for a time step of {data.frame_stacking * HOP / SAMPLE_RATE:g} s"
        )
    log_y, _ = network(*data.inputs([waveform]))  # (T, 1, K)
    text, _ = prefix_beam_search(log_y[:, 0], beam_width, build_lexicon(data))
    return data.decode(text)
