"""What a trained network hears in a sound file."""

import torch
from omegaconf import DictConfig

from elman.checks import check_size
from elman.networks.speech_recognizer import SpeechRecognizer
from elman.tasks.speech.audio import RATE, read_wav
from elman.tasks.speech.ctc import prefix_beam_search
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.log_mel import HOP
from elman.tasks.speech.training import lexicon_of
from elman.training.checkpoint import restore


@torch.inference_mode()
def transcribe(config: DictConfig) -> str:
    """The text that a checkpoint's network hears.

    Args:
        config: as composed from `conf/transcribe.yaml`.

    Returns:
        The likeliest text; it may be empty.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the sound is not to be had, or too short.
    """
    check_size("beam_width", config.beam_width)
    network, data, _ = restore(config.checkpoint)
    if not isinstance(network, SpeechRecognizer) or not isinstance(data, SpeechData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__}, which does not "
            "hear; give the run of a speech recognizer"
        )
    try:
        waveform = read_wav(config.audio)
    except (OSError, ValueError) as error:
        raise type(error)(f"audio: {error}") from error
    if data.steps(len(waveform)) == 0:
        raise ValueError(
            f"audio: {config.audio} is {len(waveform) / RATE:.3f} s long, too short for a time "
            f"step of the network ({data.stacked * HOP / RATE:g} s and a window)"
        )
    log_y, _ = network(*data.inputs([waveform]))  # (T, 1, K)
    text, _ = prefix_beam_search(log_y[:, 0], config.beam_width, lexicon_of(data))
    return data.text(text)
