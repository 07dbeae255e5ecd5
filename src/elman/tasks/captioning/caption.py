"""The caption of an image by a trained network."""

from dataclasses import dataclass
from typing import cast

from elman.checks import check_beam_width
from elman.networks.captioner import Captioner
from elman.tasks.captioning.data import CaptioningData
from elman.tasks.captioning.images import WHITE, read_image
from elman.tasks.captioning.training import write_captions
from elman.training.checkpoints.checkpoint import restore


@dataclass(frozen=True)
class Caption:
    """The values of `scripts/caption.py`, explained in `conf/caption.yaml`."""

    checkpoint: str
    trust: list[str]
    image: str
    beam_width: int | None

    def __post_init__(self) -> None:
        if self.beam_width is not None:
            check_beam_width("beam_width", self.beam_width)


def caption(values: Caption) -> str:
    """The most probable caption that the network of a checkpoint finds for an image.

    Args:
        values: of the script.

    Raises:
        TypeError, ValueError, OSError: the checkpoint cannot be used or is not of a captioner, the
            image cannot be read, or a value is out of range.
    """
    network, data, checkpoint = restore(values.checkpoint, trust=values.trust)
    if not hasattr(network, "generate") or not isinstance(data, CaptioningData):
        raise ValueError(
            f"checkpoint: {values.checkpoint} holds a {type(network).__name__}, which cannot "
            "write captions; give a run of experiment=captioning"
        )
    captioner = cast("Captioner", network)
    tested = checkpoint["training"].get("beam_width")
    beam_width = tested if values.beam_width is None else values.beam_width
    try:
        pixels = read_image(values.image, data.side)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"image: {error}") from error
    except ValueError as error:
        raise ValueError(f"image: {values.image}: {error}") from error
    images = pixels.unsqueeze(0).float() / WHITE
    [written] = write_captions(captioner, data.vocabulary, images, beam_width)
    return written
