"""Pictures of digits from a CSV file."""

import numpy as np
import torch
from torch import Tensor

SIDE = 28
CLASSES = 10
WHITE = 255


def read_digits(csv: bytes, source: str) -> tuple[Tensor, Tensor]:
    """Pictures and digits of a CSV file's content.

    Args:
        csv: in each line 784 pixels from 0 to 255, then the digit.
        source: what to call it in errors.

    Returns:
        The brightness of the pixels from 0 to 1, `(N, 784)`, and the digits, `(N)`.

    Raises:
        ValueError: it is not that.
    """
    try:
        numbers = np.loadtxt(csv.decode("ascii").splitlines(), np.int64, delimiter=",", ndmin=2)
    except ValueError as error:
        raise ValueError(f"data: {source} is no table of whole numbers ({error})") from error
    if len(numbers) == 0 or numbers.shape[1] != SIDE**2 + 1:
        raise ValueError(
            f"data: {source} must have {SIDE**2} pixels and a digit in each line, got a table of "
            f"{numbers.shape[0]} lines and {numbers.shape[1]} columns"
        )
    pixels, digits = numbers[:, :-1], numbers[:, -1]
    for what, values, highest in (("pixels", pixels, WHITE), ("digits", digits, CLASSES - 1)):
        wrong = values[(values < 0) | (values > highest)]
        if len(wrong):
            raise ValueError(f"data: {source} has {what} outside 0 to {highest}: {wrong[0]}")
    return torch.from_numpy(pixels).float() / WHITE, torch.from_numpy(digits)
