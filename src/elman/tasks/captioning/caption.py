"""The caption of a picture by a trained network."""

from omegaconf import DictConfig

from elman.checks import check_size
from elman.networks.captioner import Captioner
from elman.tasks.captioning.data import CaptioningData
from elman.tasks.captioning.pictures import WHITE, read_picture
from elman.tasks.captioning.training import write
from elman.training.checkpoint import restore


def caption(config: DictConfig) -> str:
    """What a checkpoint's network writes under a picture.

    Args:
        config: as composed from `conf/caption.yaml`.

    Returns:
        The likeliest caption found.

    Raises:
        TypeError, ValueError, OSError: the checkpoint is not to be had or does not write captions,
            the picture cannot be read, or a value is out of range.
    """
    check_size("beam_width", config.beam_width)
    network, data, _ = restore(config.checkpoint)
    if not isinstance(network, Captioner) or not isinstance(data, CaptioningData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__}, which does not "
            "write captions; give a run of experiment=captioning"
        )
    try:
        pixels = read_picture(str(config.image), network.side)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"image: {error}") from error
    except ValueError as error:
        raise ValueError(f"image: {config.image}: {error}") from error
    [told] = write(network, data.words, pixels.unsqueeze(0).float() / WHITE, config.beam_width)
    return told
