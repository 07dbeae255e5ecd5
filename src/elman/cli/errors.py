"""Errors as one clear sentence."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hydra.errors import HydraException, InstantiationException
from omegaconf import DictConfig, ListConfig
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    ConfigTypeError,
    OmegaConfBaseException,
)

from elman.checks import unknown
from elman.training.divergence.error import DivergenceError
from elman.training.runs.folder import FAILURE

OF_THE_INPUT = (
    HydraException,
    OmegaConfBaseException,
    ValueError,
    TypeError,
    OSError,
    MemoryError,
    DivergenceError,
)
DIVERGED = 3  # exit code
LONGEST = 1000  # characters of a message


@contextmanager
def one_clear_sentence(exit_code: int) -> Iterator[None]:
    """Ends the program with one sentence on standard error if an error concerns the input.

    A training that has diverged ends with exit code 3. Any other error is a fault of the program
    and keeps its traceback. So does every error when the command line has a `debug=`.
    """
    try:
        yield
    except BrokenPipeError:  # the program that reads the output, such as `head`, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(exit_code)
    except OF_THE_INPUT as error:
        if any(argument.startswith("debug=") for argument in sys.argv):
            raise
        print(f"error: {sentence(error)}", file=sys.stderr)
        sys.exit(DIVERGED if isinstance(error, DivergenceError) else exit_code)


@contextmanager
def failure_noted(run: Path) -> Iterator[None]:
    """Prints the error that ends a run of a sweep, and keeps it in the folder of the run."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, OF_THE_INPUT):
            traceback.print_exc()
        text = sentence(error) or type(error).__name__
        print(f"error: {text}", file=sys.stderr)
        (run / FAILURE).write_text(f"{text}\n", encoding="utf-8")
        raise


def sentence(error: BaseException) -> str:
    """The message of an error in one line."""
    if isinstance(error, InstantiationException) and error.__cause__ is not None:
        return sentence(error.__cause__)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return _shortened(f"{error.filename}: {error.strerror}")  # without its number
    if isinstance(error, MemoryError):
        return f"not enough memory: {error}".removesuffix(": ")
    text = str(error).split("Config search path")[0]
    if "'hydra/sweeper/optuna'" in text:
        return "sweep: Optuna is not installed: pip install 'elman[sweep]'"
    if isinstance(error, HydraException) and isinstance(error.__cause__, OmegaConfBaseException):
        text = _refused(text, error.__cause__)
    return _shortened(" ".join(text.split()))


def _shortened(text: str) -> str:
    """A text without its middle, if it quotes very long values."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def _refused(text: str, cause: OmegaConfBaseException) -> str:
    """What an override would have to be that OmegaConf refuses."""
    key, beside = cause.full_key, cause.parent_node
    if isinstance(cause, ConfigAttributeError | ConfigKeyError) and isinstance(beside, DictConfig):
        known = [str(each) for each in beside if each != "hydra"]
        return f"Could not override {unknown(str(key), known)} (a new one: +KEY=…)"
    if isinstance(cause, ConfigTypeError):
        kind = "a list" if isinstance(beside, ListConfig) else "a group of values"
        return f"{key} must be {kind}: {text}"
    return f"{text} {str(cause).splitlines()[0]}"
