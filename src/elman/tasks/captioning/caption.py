"""The caption of an image by a trained network."""

from typing import cast

from omegaconf import DictConfig

from elman.checks import check_size
from elman.networks.captioner import Captioner
from elman.tasks.captioning.data import CaptioningData
from elman.tasks.captioning.images import WHITE, read_image
from elman.tasks.captioning.training import write_captions
from elman.training.checkpoint import restore


def caption(config: DictConfig) -> str:
    """The most probable caption that the network of a checkpoint finds for an image.

    Args:
        config: as composed from `conf/caption.yaml`.

    Raises:
        TypeError, ValueError, OSError: the checkpoint cannot be used or is not of a captioner, the
            image cannot be read, or a value is out of range.
    """
    network, data, checkpoint = restore(config.checkpoint, trust=config.trust)
    if not hasattr(network, "generate") or not isinstance(data, CaptioningData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__}, which cannot "
            "write captions; give a run of experiment=captioning"
        )
    captioner = cast("Captioner", network)
    tested = checkpoint["training"].get("beam_width")
    beam_width = check_size(
        "beam_width", tested if config.beam_width is None else config.beam_width
    )
    try:
        pixels = read_image(str(config.image), data.side)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"image: {error}") from error
    except ValueError as error:
        raise ValueError(f"image: {config.image}: {error}") from error
    images = pixels.unsqueeze(0).float() / WHITE
    [written] = write_captions(captioner, data.vocabulary, images, beam_width)
    return written
