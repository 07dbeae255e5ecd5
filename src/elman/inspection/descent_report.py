"""What `scripts/descent.py` does: it reports how a training came down the cost surface."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import grad

from elman.checks import check_from_to, check_seed, check_size
from elman.inspection.changes import format_changes, largest_changes
from elman.inspection.column_matrix import plot_column_matrix
from elman.inspection.cost_surface import Plane, cost_surface, principal_plane
from elman.inspection.descent_plot import plot_descent
from elman.inspection.example_gradients import count_improving, example_gradients
from elman.inspection.mean_cost import affordable_examples, mean_cost
from elman.inspection.recorded_path import RecordedPath, read_path
from elman.inspection.training_examples import Examples, training_examples
from elman.inspection.weights import Cost, cost_at
from elman.training.checkpoints.checkpoint import find_checkpoint, restore
from elman.training.runs.folder import COLUMN_MATRIX, DESCENT, PATH

TRAINING = "elman.training.supervised.SupervisedTraining"
MAX_POINTS = 1_000  # more than a plot has pixels
SURFACE_SECONDS = 60  # about how long the surface may take if the user gives no number of examples
η = 0.01  # learning rate of the step that verifies the changes


@dataclass(frozen=True)
class Descent:
    """The values of `scripts/descent.py`, explained in `conf/descent.yaml`."""

    checkpoint: str
    trust: list[str]
    columns: int
    examples: int | None
    points: int
    seed: int
    data: dict[str, Any]

    def __post_init__(self) -> None:
        check_size("columns", self.columns)
        if self.examples is not None:
            check_size("examples", self.examples)
        check_from_to("points", self.points, 2, MAX_POINTS)
        check_seed("seed", self.seed)


def report_descent(values: Descent) -> None:
    """Prints which weights should change, and plots the column matrix and the cost surface.

    Args:
        values: of the script.

    Raises:
        TypeError, ValueError, OSError: the checkpoint, its path or the data cannot be read, the
            training was not a supervised one with single examples, or a value is out of range.
    """
    run = find_checkpoint("checkpoint", values.checkpoint).parent.parent
    trained = restore(values.checkpoint, values.data, values.trust)
    network, data, checkpoint = trained
    if checkpoint["training"]["_target_"] != TRAINING:
        raise ValueError(
            f"checkpoint: {values.checkpoint} was trained by {checkpoint['training']['_target_']}; "
            "give a run of supervised training in which each example has its own cost, such as "
            "experiment=digits_feedforward"
        )
    path = read_path(run / PATH, network)
    plane = principal_plane(path.weights)
    cost: Cost = trained.build("objective").cost
    torch.manual_seed(values.seed)
    examples = training_examples(data)

    report_changes(network, cost, path, examples.first(values.columns), run / COLUMN_MATRIX)
    count = values.examples or affordable_examples(
        network, cost, path.weights[-1], examples, values.points**2, SURFACE_SECONDS
    )
    used = examples.first(count)
    print(
        f"The cost of {len(used.y):,} of {len(examples.y):,} training examples at "
        f"{values.points} × {values.points} points:"
    )
    report_surface(network, cost, path, plane, used, values.points, run / DESCENT)
    print(f"\n  column matrix  {run / COLUMN_MATRIX}\n  cost surface   {run / DESCENT}")


def report_changes(
    network: nn.Module, cost: Cost, path: RecordedPath, examples: Examples, file: Path
) -> None:
    """Prints which weights should change before, early in and after the training; plots why.

    It computes in float64, to show that the mean of the examples' gradients is the gradient of C.
    """
    inputs, y = examples.inputs.double(), examples.y
    matrices: dict[str, Tensor] = {}
    differences = []
    for point in (0, 1, -1):
        steps, w = int(path.steps[point]), path.weights[point].double()
        when = f"After {steps:,} steps" if steps else "Before training"
        gradients = example_gradients(w, network, cost, inputs, y)  # (N, n)
        gradient = grad(cost_at)(w, network, cost, inputs, y)  # (n)
        differences.append(float((gradients.mean(0) - gradient).abs().max()))
        C, C_after = (
            float(cost_at(weights, network, cost, inputs, y)) for weights in (w, w - η * gradient)
        )
        improving = (
            f"a small step lowers the cost of {count_improving(gradients)} of {len(y)} examples"
        )
        matrices[f"{when}, C = {C:.3f}: {improving}"] = gradients
        if point == 1:  # by now the outputs fit the mean of all examples, but no single one
            print(f"{when}, −∂C₀/∂w of one example, of class {y[0]}:")
            print(format_changes(largest_changes(network, gradients[0])))
        print(f"{when}, −∂C/∂w of {len(y)} examples, C = {C:.6f}:")
        print(format_changes(largest_changes(network, gradient)))
        print(f"  A step with η = {η} gives C = {C_after:.6f}; {improving}.\n")
    print(
        "The mean of the examples' gradients is the gradient of C: the largest difference is "
        f"{max(differences):.1e} (float64).\n"
    )
    plot_column_matrix(matrices, y, network, file)


def report_surface(
    network: nn.Module,
    cost: Cost,
    path: RecordedPath,
    plane: Plane,
    examples: Examples,
    points: int,
    file: Path,
) -> None:
    """Plots the path on the cost surface of the examples, and prints how well the plane fits."""
    surface = cost_surface(plane, mean_cost(network, cost, examples), path.weights, points)
    fit = f"the plane explains {plane.explained:.1%} of the path's squared distances from its end"
    print(f"{fit[0].upper()}{fit[1:]}.")
    for name, point in (("start", 0), ("end", -1)):
        C, C_projected = float(surface.C_path[point]), float(surface.C_projected[point])
        print(f"  At its {name} C = {C:.4f}, at the nearest point of the plane {C_projected:.4f}.")
    title = f"The cost of {len(examples.y):,} training examples; {fit}"
    plot_descent(surface, path.steps, title, file)
