"""Checks of arguments. The exception types are those of torch.nn.RNN."""

from numbers import Integral, Real


def check_size(argument: str, size: int) -> int:
    """`size` as an int. NumPy integers are accepted.

    Raises:
        TypeError: `size` is not an integer.
        ValueError: `size` is not greater than zero.
    """
    if not isinstance(size, Integral) or isinstance(size, bool):
        raise TypeError(f"{argument} must be an int, got {size!r}")
    if size <= 0:
        raise ValueError(f"{argument} must be greater than zero, got {size}")
    return int(size)


def check_at_least(argument: str, number: int, minimum: int) -> int:
    """`number` as an int. NumPy integers are accepted.

    Raises:
        TypeError: `number` is not an integer.
        ValueError: `number` is less than `minimum`.
    """
    if not isinstance(number, Integral) or isinstance(number, bool):
        raise TypeError(f"{argument} must be an int, got {number!r}")
    if number < minimum:
        raise ValueError(f"{argument} must be at least {minimum}, got {number}")
    return int(number)


def check_seed(argument: str, seed: int) -> int:
    """`seed` as an int.

    Raises:
        TypeError: `seed` is not an integer.
        ValueError: `seed` is negative.
    """
    return check_at_least(argument, seed, 0)


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


def check_positive(argument: str, number: float) -> None:
    """Raises ValueError unless `number` is a number greater than zero."""
    if not _is_number(number) or not number > 0:
        raise ValueError(f"{argument} must be a number greater than zero, got {number!r}")


def check_temperature(temperature: float) -> None:
    """Raises ValueError unless `temperature` is a number greater than zero."""
    check_positive("temperature", temperature)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
