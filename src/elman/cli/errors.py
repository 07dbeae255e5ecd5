"""Errors as one clear sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hydra.errors import HydraException, InstantiationException
from omegaconf.errors import OmegaConfBaseException

from elman.training.divergence_error import DivergenceError

WRONG_INPUT = (HydraException, OmegaConfBaseException, ValueError, TypeError, OSError)
DIVERGED = 3  # exit code


@contextmanager
def one_clear_sentence(exit_code: int) -> Iterator[None]:
    """Ends the program with one sentence on standard error if an error concerns the input.

    A training that has diverged ends with exit code 3. Any other error is a fault of the program
    and keeps its traceback. So does every error when the command line has a `debug=`.
    """
    try:
        yield
    except (*WRONG_INPUT, DivergenceError) as error:
        if any(argument.startswith("debug=") for argument in sys.argv):
            raise
        print(f"error: {sentence(error)}", file=sys.stderr)
        sys.exit(DIVERGED if isinstance(error, DivergenceError) else exit_code)


def sentence(error: BaseException) -> str:
    """The message of an error in one line."""
    if isinstance(error, InstantiationException) and error.__cause__ is not None:
        return sentence(error.__cause__)
    text = str(error).split("Config search path")[0]
    if "'hydra/sweeper/optuna'" in text:
        return "sweep: Optuna is not installed: pip install 'elman[sweep]'"
    if isinstance(error, HydraException) and isinstance(error.__cause__, OmegaConfBaseException):
        text = f"{text} {str(error.__cause__).splitlines()[0]}"
    return " ".join(text.split())
