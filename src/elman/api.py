"""Training from Python, such as from a notebook: `elman.train`."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import open_dict

from elman.cli.choices import check_choices
from elman.cli.entry_point import QUIET
from elman.cli.new_folder import new_folder
from elman.cli.overrides import for_hydra
from elman.cli.print_handler import PrintHandler
from elman.training.train import Run
from elman.training.train import train as train_from_config

CONF = Path(__file__).parent / "conf"


def train(overrides: Sequence[str] = (), *, quiet: bool = False) -> Run:
    """Trains a network as `python scripts/train.py OVERRIDES` does.

        run = elman.train(["experiment=digits_feedforward", "trainer.max_epochs=3"])
        run.metrics["accuracy"]

    Args:
        overrides: as on the command line. Without `output_dir=`, the run gets a new folder under
            `outputs/train` in the working directory.
        quiet: no progress bar and no messages but warnings.

    Returns:
        The folder of the run and its test metrics.

    Raises:
        ValueError, TypeError, OSError, DivergenceError, SystemExit: see
            `elman.training.train.train`.
        hydra.errors.HydraException: an override is wrong.
    """
    given = for_hydra(list(overrides))
    resumed = [each.split("=", 1)[1] for each in given if each.startswith("hydra.run.dir=")]
    given = [each for each in given if not each.startswith("hydra.run.dir=")]
    stored = list(given)
    if resumed:
        given.append(f"output_dir={resumed[-1]}")
    elif not any(each.startswith("output_dir=") for each in given):
        folder = new_folder(f"outputs/train/{datetime.now():%Y-%m-%d_%H-%M-%S-%f}")
        given.append(f"output_dir='{folder}'")
    if quiet:
        given.append("++trainer.enable_progress_bar=false")
    # A notebook may have initialised Hydra itself, or a cell may have been interrupted.
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(CONF.resolve()), version_base="1.3"):
        config = compose("train", overrides=given, return_hydra_config=True)
        check_choices(config.hydra.runtime)
    with open_dict(config):
        del config.hydra
    with _messages(quiet), warnings.catch_warnings():
        for message in QUIET:
            warnings.filterwarnings("ignore", message=message)
        return train_from_config(config, stored)


@contextmanager
def _messages(quiet: bool) -> Iterator[None]:
    """Prints the messages of this package, unless it is to be quiet."""
    package, handler = logging.getLogger("elman"), PrintHandler()
    level = package.level
    package.setLevel(logging.WARNING if quiet else logging.INFO)
    package.addHandler(handler)
    try:
        yield
    finally:
        package.removeHandler(handler)
        package.setLevel(level)
