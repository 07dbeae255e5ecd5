"""Images from files, decoded and brought to one size."""

import warnings
from pathlib import Path
from typing import IO

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

WHITE = 255


def _formats() -> list[str]:
    """The formats that Pillow decodes itself; for EPS it runs Ghostscript."""
    Image.init()
    return [name for name in Image.ID if name != "EPS"]


def read_image(file: str | Path | IO[bytes], side: int) -> Tensor:
    """An image in any format that Pillow decodes, on a white background and scaled to a square.

    The image is rotated as its EXIF orientation says. It keeps its aspect ratio: white borders fill
    the square.

    Args:
        file: path, or an open file.
        side: height and width of the result.

    Returns:
        RGB values from 0 to 255, uint8 `(3, side, side)`.

    Raises:
        OSError: the file does not exist.
        ValueError: Pillow cannot decode it, or it has no pixels.
    """
    if isinstance(file, str | Path) and not Path(file).is_file():
        raise FileNotFoundError(f"there is no file {file}")
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(file, formats=_formats()) as opened,
        ):
            image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):  # 16 bits a pixel: convert() would clip the values
                image = Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
            image = image.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"the image is too large ({error})") from error
    except Exception as error:  # each decoder has its own exceptions for damaged files
        raise ValueError(f"it is not an image that Pillow can decode ({error})") from error
    if 0 in image.size:
        raise ValueError("the image has no pixels")
    background = Image.new("RGBA", image.size, "white")
    opaque = Image.alpha_composite(background, image).convert("RGB")
    square = ImageOps.pad(opaque, (side, side), color="white")
    return torch.from_numpy(np.array(square)).permute(2, 0, 1)
