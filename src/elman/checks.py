"""What arguments must be, with the exception types of torch.nn.RNN."""

from elman.equations import NONLINEARITIES, Nonlinearity


def check_size(argument: str, size: int) -> None:
    """Raises TypeError unless `size` is an int, ValueError unless it is greater than zero."""
    if not isinstance(size, int) or isinstance(size, bool):
        raise TypeError(f"{argument} must be an int, got {size!r}")
    if size <= 0:
        raise ValueError(f"{argument} must be greater than zero, got {size}")


def check_flag(argument: str, flag: bool) -> None:
    """Raises TypeError unless `flag` is True or False."""
    if not isinstance(flag, bool):
        raise TypeError(f"{argument} must be True or False, got {flag!r}")


def check_probability(argument: str, probability: float) -> None:
    """Raises ValueError unless `probability` is a number from 0 to 1."""
    if not _is_number(probability) or not 0 <= probability <= 1:
        raise ValueError(f"{argument} must be a number from 0 to 1, got {probability!r}")


def check_positive(argument: str, number: float) -> None:
    """Raises ValueError unless `number` is one greater than zero."""
    if not _is_number(number) or not number > 0:
        raise ValueError(f"{argument} must be a number greater than zero, got {number!r}")


def check_temperature(temperature: float) -> None:
    """Raises ValueError unless `temperature` is a number greater than zero."""
    check_positive("temperature", temperature)


def elementwise(argument: str, nonlinearity: str | Nonlinearity) -> Nonlinearity:
    """The function that `nonlinearity` names, or itself if it is a function.

    Raises:
        ValueError: there is no nonlinearity of that name.
    """
    if callable(nonlinearity):
        return nonlinearity
    if nonlinearity not in NONLINEARITIES:
        raise ValueError(
            f"{argument} must be one of {', '.join(NONLINEARITIES)} or an elementwise function, "
            f"got {nonlinearity!r}"
        )
    return NONLINEARITIES[nonlinearity]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
