"""Pictures from files: decoded, laid on white paper and brought to one size."""

import warnings
from pathlib import Path
from typing import IO

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

WHITE = 255


def read_picture(file: str | Path | IO[bytes], side: int) -> Tensor:
    """A picture in any format that Pillow decodes, turned as its camera was held, on white.

    It is made to fit a square, its own shape kept, with white beside or above it.

    Args:
        file: path, or an open file.
        side: height and width of the result.

    Returns:
        Red, green and blue from 0 to 255, uint8 `(3, side, side)`.

    Raises:
        OSError: there is no such file.
        ValueError: it is no picture that can be decoded, or has no pixels.
    """
    if isinstance(file, str | Path) and not Path(file).is_file():
        raise FileNotFoundError(f"there is no file {file}")
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(file) as opened,
        ):
            image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):  # 16 bits a pixel, which convert() would cut off
                image = Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
            image = image.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"it is larger than any picture should be ({error})") from error
    except Exception as error:  # each decoder raises its own on damaged files
        raise ValueError(f"it is no picture that can be decoded ({error})") from error
    if 0 in image.size:
        raise ValueError("it has no pixels")
    paper = Image.new("RGBA", image.size, "white")
    laid = Image.alpha_composite(paper, image).convert("RGB")
    fitted = ImageOps.pad(laid, (side, side), color="white")
    return torch.from_numpy(np.array(fitted)).permute(2, 0, 1)
