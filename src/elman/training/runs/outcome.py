"""What a finished training leaves: its result, its plots and what to do next."""

import logging
from collections.abc import Mapping
from pathlib import Path

from lightning import LightningDataModule

from elman.data.description import test_data_of
from elman.training.objectives import summarize
from elman.training.runs.curves import plot_curves
from elman.training.runs.go_on import command_to_go_on
from elman.training.runs.next_steps import next_steps
from elman.training.runs.results import Result
from elman.training.supervised import SupervisedTraining

log = logging.getLogger(__name__)


def write_outcome(
    run: Path,
    module: SupervisedTraining,
    data: LightningDataModule,
    logged: Mapping[str, float],
    seconds: float,
    *,
    kept: bool,
    epochs: int,
    trust: list[str],
) -> None:
    """Logs the test of a training, and writes what belongs to it into the folder of the run.

    Args:
        run: the folder of the run.
        module: the training, after the test.
        data: what the network was trained and tested on.
        logged: the metrics of the test, as logged.
        seconds: duration of the training.
        kept: whether there is a checkpoint, so that the result can be used.
        epochs: of the training.
        trust: modules that a command must trust to rebuild the network.
    """
    objective = module.objective
    summary = summarize(objective, logged, test_data_of(data))
    log.info("\n%s, after %.0f s of training.\n", summary, seconds)
    if kept:  # first, so that no failure of what follows loses it
        Result(
            objective.metric,
            objective.summary,
            objective.label,
            module.baseline_summary,
            {name.removeprefix("test/"): value for name, value in logged.items()},
            sum(parameter.numel() for parameter in module.network.parameters()),
            seconds,
        ).write(run)
    if report := module.report(run):
        log.info("%s\n", report)
    if kept:
        plot_curves(run, objective.metric, objective.label)
        log.info("%s", next_steps(run, module, data, epochs, trust))
    elif command := command_to_go_on(run):
        log.info("There was no validation, so no best checkpoint. To continue: %s", command)
