"""Images of digits from a CSV file."""

import numpy as np
import torch
from torch import Tensor

SIDE = 28  # pixels
CLASSES = 10
MAX_BRIGHTNESS = 255


def read_digits(csv: bytes, source: str) -> tuple[Tensor, Tensor]:
    """Reads images and their labels from the content of a CSV file.

    Args:
        csv: each line has 784 pixels from 0 to 255, row by row, then the digit.
        source: a name of the file for error messages.

    Returns:
        The brightness of the pixels from 0 to 1, `(N, 784)`, and the digits, `(N)`.

    Raises:
        ValueError: the content has another form.
    """
    try:
        numbers = np.loadtxt(csv.decode("utf-8-sig").splitlines(), np.int64, delimiter=",", ndmin=2)
    except ValueError as error:
        raise ValueError(f"data: {source} must be a table of integers ({error})") from error
    if len(numbers) == 0 or numbers.shape[1] != SIDE**2 + 1:
        raise ValueError(
            f"data: {source} must have {SIDE**2} pixels and a digit in each line, got a table of "
            f"{numbers.shape[0]} lines and {numbers.shape[1]} columns"
        )
    pixels, digits = numbers[:, :-1], numbers[:, -1]
    for name, values, maximum in (
        ("pixels", pixels, MAX_BRIGHTNESS),
        ("digits", digits, CLASSES - 1),
    ):
        invalid = values[(values < 0) | (values > maximum)]
        if len(invalid):
            raise ValueError(f"data: {source} has {name} outside 0 to {maximum}: {invalid[0]}")
    return torch.from_numpy(pixels).float() / MAX_BRIGHTNESS, torch.from_numpy(digits)
