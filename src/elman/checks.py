"""Checks of arguments. The exception types are those of torch.nn.RNN."""

import math
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

MAX_SEED = 2**32 - 1  # the largest one that Lightning and NumPy take
MAX_BEAM_WIDTH = 10_000  # the time of a search grows with its width
MAX_SIDE = 10_000  # pixels
MAX_SIZE = 2**31 - 1  # a larger dimension fits into no memory


def check_size(argument: str, size: int) -> int:
    """`size` as an int. NumPy integers are accepted.

    Raises:
        TypeError: `size` is not an integer.
        ValueError: `size` is not greater than zero, or larger than any memory.
    """
    _check_int(argument, size)
    if size <= 0:
        raise ValueError(f"{argument} must be greater than zero, got {size}")
    if size > MAX_SIZE:
        raise ValueError(f"{argument} must be at most {MAX_SIZE:,}, got {size}")
    return int(size)


def check_sizes(argument: str, sizes: Sequence[int], fewest: int = 1) -> list[int]:
    """`sizes` as a list of ints.

    Raises:
        TypeError: it is not a list of integers.
        ValueError: there are fewer sizes than `fewest`, or one is not a size.
    """
    if isinstance(sizes, str) or not isinstance(sizes, Sequence):
        raise TypeError(f"{argument} must be a list of ints, got {sizes!r}")
    if len(sizes) < fewest:
        raise ValueError(f"{argument} must be a list of at least {fewest}, got {list(sizes)}")
    return [check_size(f"{argument}[{n}]", size) for n, size in enumerate(sizes)]


def check_at_least(argument: str, number: int, minimum: int) -> int:
    """`number` as an int. NumPy integers are accepted.

    Raises:
        TypeError: `number` is not an integer.
        ValueError: `number` is less than `minimum`.
    """
    _check_int(argument, number)
    if number < minimum:
        raise ValueError(f"{argument} must be at least {minimum}, got {number}")
    return int(number)


def check_from_to(argument: str, number: int, minimum: int, maximum: int) -> int:
    """`number` as an int. NumPy integers are accepted.

    Raises:
        TypeError: `number` is not an integer.
        ValueError: `number` is less than `minimum` or greater than `maximum`.
    """
    _check_int(argument, number)
    if not minimum <= number <= maximum:
        raise ValueError(f"{argument} must be from {minimum} to {maximum}, got {number}")
    return int(number)


def check_side(argument: str, side: int) -> int:
    """Height and width of an image as an int.

    Raises:
        TypeError: `side` is not an integer.
        ValueError: `side` is not positive, or larger than any image.
    """
    return check_from_to(argument, side, 1, MAX_SIDE)


def check_beam_width(argument: str, width: int) -> int:
    """The number of hypotheses of a beam search as an int.

    Raises:
        TypeError: `width` is not an integer.
        ValueError: `width` is not positive, or larger than any search needs.
    """
    return check_from_to(argument, width, 1, MAX_BEAM_WIDTH)


def check_seed(argument: str, seed: int) -> int:
    """`seed` as an int.

    Raises:
        TypeError: `seed` is not an integer.
        ValueError: `seed` is negative, or greater than the libraries take.
    """
    return check_from_to(argument, seed, 0, MAX_SEED)


def check_choice(argument: str, choice: str, choices: Iterable[str]) -> None:
    """Raises ValueError, which names the `choices`, unless `choice` is one of them."""
    choices = list(choices)
    if choice not in choices:
        raise ValueError(f"{argument} must be one of {', '.join(choices)}, got {choice!r}")


def check_different(argument: str, values: Sequence[Any]) -> None:
    """Raises ValueError if there is no value, or the same value twice."""
    if not values:
        raise ValueError(f"{argument} must have at least one value, got {values!r}")
    if any(value in values[:n] for n, value in enumerate(values)):
        raise ValueError(f"{argument} must be different values, got {values!r}")


def check_flag(argument: str, flag: bool) -> None:
    """Raises TypeError unless `flag` is True or False."""
    if not isinstance(flag, bool):
        raise TypeError(f"{argument} must be True or False, got {flag!r}")


def check_probability(argument: str, probability: float) -> float:
    """`probability` as a float.

    Raises:
        ValueError: it is not a number from 0 to 1.
    """
    if not _is_number(probability) or not 0 <= float(probability) <= 1:
        raise ValueError(f"{argument} must be a number from 0 to 1, got {probability!r}")
    return float(probability)


def check_number(argument: str, number: float) -> None:
    """Raises ValueError unless `number` is a finite number."""
    if not _is_number(number) or not math.isfinite(number):
        raise ValueError(f"{argument} must be a finite number, got {number!r}")


def check_positive(argument: str, number: float) -> None:
    """Raises ValueError unless `number` is a finite number greater than zero."""
    if not _is_number(number) or not 0 < number < math.inf:
        kind = "finite number" if number == math.inf else "number"
        raise ValueError(f"{argument} must be a {kind} greater than zero, got {number!r}")


def check_not_negative(argument: str, number: float) -> None:
    """Raises ValueError unless `number` is a finite number of at least zero."""
    if not _is_number(number) or not 0 <= number < math.inf:
        raise ValueError(f"{argument} must be a finite number of at least 0, got {number!r}")


def check_below_one(argument: str, number: float) -> None:
    """Raises ValueError unless `number` is a number from 0 to below 1."""
    if not _is_number(number) or not 0 <= number < 1:
        raise ValueError(f"{argument} must be a number from 0 to below 1, got {number!r}")


def check_length_penalty(argument: str, exponent: float) -> None:
    """Raises ValueError unless α of `log p(y) / |y|^α` is a number from 0 to 100."""
    if not _is_number(exponent) or not 0 <= exponent <= 100:
        raise ValueError(f"{argument} must be a number from 0 to 100, got {exponent!r}")


def check_temperature(temperature: float) -> None:
    """Raises ValueError unless `temperature` is a finite number greater than zero."""
    check_positive("temperature", temperature)


def unknown(key: str, known: Iterable[str]) -> str:
    """Says that there is no such key, and names the most similar one, or else all."""
    known = list(known)
    close = get_close_matches(key.rpartition(".")[2], known, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"there are {', '.join(known) or 'none'}"
    return f"{key}: there is no such key; {remedy}"


def _check_int(argument: str, value: object) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{argument} must be an int, got {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
