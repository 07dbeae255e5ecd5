"""Runs the whole comparison with torch.nn.RNN, from its configuration to its report."""

import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import torch
from hydra.utils import instantiate
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from elman.comparison.capabilities import FeatureResult, compare_capabilities, feature_checks
from elman.comparison.environment import describe_environment
from elman.comparison.implementations import elman_and_torch
from elman.comparison.learning import Learner, Learning, train_side_by_side, with_torch_rnn
from elman.comparison.memory import measure_memory
from elman.comparison.parity import compare_case
from elman.comparison.plan import Compare, Plan, read_plan
from elman.comparison.report import write_report
from elman.comparison.results import Results
from elman.comparison.sections import sections
from elman.comparison.speed import measure_speed
from elman.comparison.verdict import verdict
from elman.tasks.language.data import CharacterData
from elman.training.checkpoints.checkpoint import build_network
from elman.training.values.buildable import check_buildable
from elman.training.values.described import full_keys

Item = TypeVar("Item")


def compare(values: Compare) -> Path:
    """Measures everything, writes the report, and prints the verdict and the report's path.

    Args:
        values: of the script.

    Returns:
        The report's HTML file.

    Raises:
        TypeError, ValueError, OSError: the data or the network cannot be used; this is checked
            before any measurement.
    """
    start = datetime.now().astimezone()
    plan = read_plan(values)
    torch.manual_seed(values.seed)
    with full_keys(data=values.data):
        data: CharacterData = instantiate(values.data)
    check_buildable(
        vars(values),
        data.sizes,
        instantiate(values.optimizer),
        instantiate(values.scheduler),
        plan.device,
    )
    data.prepare_data()
    data.setup()
    learners = _learners(values, data, plan)
    with _progress() as progress:
        results = Results(
            **_measured(progress, plan),
            learning=_learning(progress, plan, data, *learners),
            capabilities=_capabilities(progress),
            environment=describe_environment(plan.device, plan.engine, values.seed, start),
        )
    sentences = verdict(results)
    directory = Path(values.output_dir)
    directory.mkdir(parents=True, exist_ok=True)
    write_report(directory, results, sentences, sections(results))
    for topic, text in sentences.items():
        print(f"{topic}: {text}\n")
    print(f"Report: {directory / 'report.html'} (also report.md, report.json)")
    return directory / "report.html"


def _progress() -> Progress:
    console = Console()
    return Progress(
        TextColumn("{task.description:9}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        auto_refresh=False,  # a redraw would disturb measurements; it happens between them
    )


def _measured(progress: Progress, plan: Plan) -> dict[str, Any]:
    where = (plan.device, plan.engine)
    distances = [
        distance
        for case in _tracked(progress, "Parity", plan.cases, lambda case: case.sizes.work)
        for distance in compare_case(case, *where)
    ]
    # A dictionary drops duplicates and keeps the order.
    all_sizes = dict.fromkeys(itertools.chain(plan.grid, *plan.scaling.values()))
    speed = {
        sizes: measure_speed(
            sizes, elman_and_torch(sizes, *where), plan.rounds, f"elman {plan.engine}"
        )
        for sizes in _tracked(progress, "Speed", list(all_sizes), lambda sizes: sizes.work)
    }
    return {
        "distances": distances,
        "speed": [speed[sizes] for sizes in plan.grid],
        "scaling": {symbol: [speed[s] for s in each] for symbol, each in plan.scaling.items()},
        "memory": [
            measure_memory(sizes, *where)
            for sizes in _tracked(progress, "Memory", plan.grid, lambda sizes: sizes.work)
        ],
    }


def _learning(
    progress: Progress, plan: Plan, data: CharacterData, ours: Learner, theirs: Learner
) -> Learning:
    task = progress.add_task("Learning", total=plan.steps)
    return train_side_by_side(
        ours, theirs, data, plan.steps, plan.device, lambda: _advance(progress, task, 1)
    )


def _capabilities(progress: Progress) -> list[FeatureResult]:
    total = len(list(feature_checks()))
    logging.disable()  # exporters log their progress and their failures
    results = list(progress.track(compare_capabilities(), total, description="Features"))
    logging.disable(logging.NOTSET)
    return results


def _learners(values: Compare, data: CharacterData, plan: Plan) -> tuple[Learner, Learner]:
    network = build_network(values.network, vocabulary_size=len(data.vocabulary))
    ours, theirs = (
        Learner(
            each.to(plan.device),
            instantiate(values.optimizer),
            instantiate(values.scheduler),
            plan.steps,
        )
        for each in (network, with_torch_rnn(network))
    )
    return ours, theirs


def _tracked(
    progress: Progress, description: str, items: Sequence[Item], work: Callable[[Item], float]
) -> Iterator[Item]:
    task = progress.add_task(description, total=sum(map(work, items)))
    for item in items:
        yield item
        _advance(progress, task, work(item))


def _advance(progress: Progress, task: TaskID, work: float) -> None:
    progress.advance(task, work)
    progress.refresh()
