"""A recorded training, looked at: its way down the cost, and which examples pulled it there."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from hydra.utils import instantiate
from lightning import LightningDataModule
from omegaconf import DictConfig
from torch import Tensor, nn
from torch.func import grad

from elman.checks import check_size
from elman.data.description import source_of
from elman.inspection.changes import largest_changes, tell_changes
from elman.inspection.descent import Plane, plot_descent, principal_plane, surface
from elman.inspection.example_gradients import agreeing, example_gradients, plot_column_matrix
from elman.inspection.weights import Cost, cost_at
from elman.training.checkpoint import find_checkpoint, load_plain, restore
from elman.training.run_folder import COLUMN_MATRIX, DESCENT, PATH

TRAINING = "elman.training.supervised.SupervisedTraining"
SECONDS = 60  # that the surface may take where nothing else is asked for
TOGETHER = 100  # examples whose cost is computed at once, which the processor's cache can hold
η = 0.01  # of the step that shows that the changes are right


class Examples(NamedTuple):
    """Examples of the training data: what the network takes, `(N, …)`, and what is wanted."""

    inputs: Tensor
    y: Tensor

    def first(self, count: int) -> "Examples":
        """The first of them."""
        return Examples(self.inputs[:count], self.y[:count])


class Recorded(NamedTuple):
    """A path of weights: the steps before each point `(K)`, and all weights there `(K, n)`."""

    steps: Tensor
    weights: Tensor


def show_descent(config: DictConfig) -> None:
    """Prints which weights should change and draws the descent and the column matrix of a run.

    Args:
        config: as composed from `conf/descent.yaml`.

    Raises:
        TypeError, ValueError, OSError: the checkpoint, its path or the data are not to be had, or
            it was not trained on examples, or a value is out of range.
    """
    check_size("points", config.points)
    check_size("columns", config.columns)
    if config.points == 1:
        raise ValueError("points must be at least 2, a surface has no less in a direction")
    if config.examples is not None:
        check_size("examples", config.examples)
    run = find_checkpoint("checkpoint", config.checkpoint).parent.parent
    network, data, checkpoint = restore(config.checkpoint, config.data)
    if checkpoint["training"]["_target_"] != TRAINING:
        raise ValueError(
            f"checkpoint: {config.checkpoint} was trained by {checkpoint['training']['_target_']}; "
            "give a run that was trained on examples, each with a cost of its own, such as "
            "experiment=digits_feedforward"
        )
    path = read_path(run / PATH, network)
    plane = principal_plane(path.weights)
    cost: Cost = instantiate(checkpoint["objective"]).cost
    torch.manual_seed(config.seed)
    examples = training_examples(data)

    column_matrix(network, cost, path, examples.first(config.columns), run / COLUMN_MATRIX)
    count = config.examples or affordable(network, cost, path, examples, config.points)
    seen = examples.first(count)
    print(
        f"The cost of {len(seen.y):,} of {len(examples.y):,} training examples at "
        f"{config.points} × {config.points} points:"
    )
    descent(network, cost, path, plane, seen, config.points, run / DESCENT)
    print(f"\n  column matrix  {run / COLUMN_MATRIX}\n  descent        {run / DESCENT}")


def read_path(file: Path, network: nn.Module) -> Recorded:
    """The path that `RecordPath` kept.

    Raises:
        FileNotFoundError: it kept none.
        ValueError: the file is damaged, or of another network.
    """
    if not file.is_file():
        raise FileNotFoundError(
            f"checkpoint: there is no {file}; the path of the weights is kept by a training with "
            "callbacks=descent, when it ends"
        )
    path = Recorded(**load_plain(file))
    n = sum(parameter.numel() for parameter in network.parameters())
    if path.weights.shape[1:] != (n,):
        raise ValueError(f"checkpoint: {file} is not the path of this network's {n:,} weights")
    return path


def training_examples(data: LightningDataModule) -> Examples:
    """All examples to train on, in the order of an epoch.

    Raises:
        ValueError: an example is not one tensor, with the number of a class.
    """
    data.prepare_data()
    data.setup("fit")
    batches: list[tuple[Any, Any]] = list(data.train_dataloader())
    inputs, y = batches[0]
    seen, _ = data.on_after_batch_transfer(batches[0], 0)  # what the network sees of them
    if (
        not isinstance(inputs, Tensor)
        or not isinstance(y, Tensor)
        or y.shape != (len(inputs),)
        or seen.shape != inputs.shape
    ):
        raise ValueError(
            f"checkpoint: the examples of {source_of(data)} are not one tensor and the number of a "
            "class each"
        )
    return Examples(*(torch.cat(parts) for parts in zip(*batches, strict=True)))


def column_matrix(
    network: nn.Module, cost: Cost, path: Recorded, examples: Examples, picture: Path
) -> None:
    """Tells which weights should change before, early in and after the training, and draws why.

    All is in float64, as far as the mean of the examples' gradients from that of C shows.
    """
    inputs, y = examples.inputs.double(), examples.y
    moments: dict[str, Tensor] = {}
    differences = []
    for place in (0, 1, -1):
        steps, w = int(path.steps[place]), path.weights[place].double()
        when = f"After {steps:,} steps" if steps else "Before training"
        each = example_gradients(w, network, cost, inputs, y)  # (N, n)
        gradient = grad(cost_at)(w, network, cost, inputs, y)  # (n)
        differences.append(float((each.mean(0) - gradient).abs().max()))
        C, C_after = (
            float(cost_at(there, network, cost, inputs, y)) for there in (w, w - η * gradient)
        )
        agree = f"{agreeing(each)} of {len(y)} examples pull the way of their mean"
        moments[f"{when}, C = {C:.3f}: {agree}"] = each
        if place == 1:  # by now the outputs suit all together, but none alone
            print(f"{when}, −∂C₀/∂w of one example, which shows {y[0]}:")
            print(tell_changes(largest_changes(network, each[0])))
        print(f"{when}, −∂C/∂w of {len(y)} examples, C = {C:.6f}:")
        print(tell_changes(largest_changes(network, gradient)))
        print(f"  {agree}; after a step of {η} that way C = {C_after:.6f}.\n")
    print(
        "The examples' gradients average to the gradient of C: they differ by "
        f"{max(differences):.1e} at most (float64).\n"
    )
    plot_column_matrix(moments, y, network, picture)


def descent(
    network: nn.Module,
    cost: Cost,
    path: Recorded,
    plane: Plane,
    examples: Examples,
    points: int,
    picture: Path,
) -> None:
    """Draws the path on the surface of the examples' cost, and tells how well it lies there."""
    found = surface(plane, mean_cost(network, cost, examples), path.weights, points)
    share = f"{plane.share:.1%} of the path's squared distances from its end are in this plane"
    print(f"{share};")
    for where, place in (("start", 0), ("end", -1)):
        C, nearest = float(found.C_path[place]), float(found.C_way[place])
        print(f"  at its {where} C = {C:.4f}, at the nearest point of the plane {nearest:.4f}.")
    title = f"The cost of {len(examples.y):,} training examples; {share}"
    plot_descent(found, path.steps, title, picture)


def mean_cost(network: nn.Module, cost: Cost, examples: Examples) -> Callable[[Tensor], float]:
    """The mean cost of the examples as a function of all weights `(n)`."""
    batches = list(
        zip(torch.split(examples.inputs, TOGETHER), torch.split(examples.y, TOGETHER), strict=True)
    )

    @torch.no_grad()
    def mean(w: Tensor) -> float:
        # C = (1/N) Σ C₀
        costs = [len(y) * cost_at(w, network, cost, inputs, y) for inputs, y in batches]
        return float(sum(costs)) / len(examples.y)

    return mean


def affordable(
    network: nn.Module, cost: Cost, path: Recorded, examples: Examples, points: int
) -> int:
    """How many examples let the surface take about a minute; all, or hundreds."""
    some = examples.first(TOGETHER)
    C = mean_cost(network, cost, some)
    C(path.weights[-1])  # the first time is slower
    start = time.perf_counter()
    C(path.weights[-1])
    seconds = (time.perf_counter() - start) / len(some.y)  # for an example at a point
    hundreds = int(SECONDS / (points**2 * seconds)) // TOGETHER
    return min(len(examples.y), max(1, hundreds) * TOGETHER)
