"""What `scripts/inspect.py` does: it writes a page that shows a network unfolded in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from elman.checks import check_at_least, check_from_to
from elman.inspection.float64 import to_float64
from elman.inspection.gradient_flow import GradientFlow, gradient_flow
from elman.inspection.gradient_flow.saturation import THRESHOLD
from elman.inspection.unfolded.example import Example, text_example, validation_example
from elman.inspection.unfolded.predictions import read_predictions
from elman.inspection.unfolded.shown import ShownCell, shown_cells
from elman.inspection.unfolded.small_network import small_network
from elman.inspection.unfolded.stages import Stage, read_stages
from elman.output_files import check_output_file
from elman.pages.page import write_page
from elman.training.checkpoints.checkpoint import Trained, find_checkpoint, restore
from elman.training.runs.folder import GRADIENT_FLOW, GRADIENT_FLOW_PAGE

MAX_STEPS = 200  # columns that a browser draws quickly


@dataclass(frozen=True)
class Inspect:
    """The values of `scripts/inspect.py`, explained in `conf/inspect.yaml`."""

    checkpoint: str
    trust: list[str]
    text: str | None
    example: int
    steps: int
    output: str | None
    data: dict[str, Any]

    def __post_init__(self) -> None:
        check_at_least("example", self.example, 0)
        check_from_to("steps", self.steps, 2, MAX_STEPS)
        if self.output is not None:
            check_output_file("output", self.output)


def inspect_network(values: Inspect) -> None:
    """Writes the page, and prints how far back the network looks.

    Args:
        values: of the script.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the data cannot be read, the network has
            no recurrent layer, the sequence has one time step, or a value is out of range.
    """
    run = find_checkpoint("checkpoint", values.checkpoint).parent.parent
    trained = restore(values.checkpoint, values.data, values.trust)
    network, data = trained.network, trained.data
    data.prepare_data()
    data.setup("fit")
    example = (
        validation_example(data, values.example, MAX_STEPS)
        if values.text is None
        else text_example(data, values.text)
    )
    objective = trained.build("objective")
    module = trained.build("training")(network, objective)
    batch = example.inputs, to_float64(example.y)
    flow = gradient_flow(network, example.inputs, lambda output: module.step_costs(output, batch))
    predictions = (
        read_predictions(flow.output, example.y, example.classes) if objective.softmax else ()
    )
    cells = shown_cells(flow, network, example, values.steps, predictions)
    about = _about(trained, example, flow, cells)
    cost = in_words(flow.costs[:, 0], getattr(objective, "label_smoothing", 0.0))
    page = Path(values.output or run / GRADIENT_FLOW_PAGE)
    page.parent.mkdir(parents=True, exist_ok=True)
    write_unfolded(page, about, cost, cells, read_stages(run / GRADIENT_FLOW))
    print(about)
    for cell in cells:
        print(f"{cell.name}: {cell.reach.sentence}")
    print(f"\n  page  {page}")


def write_unfolded(
    file: Path, about: str, cost: str, cells: Sequence[ShownCell], stages: Sequence[Stage]
) -> None:
    """Writes the page of these cells, and of these stages of the training."""
    write_page(
        file,
        "elman.inspection",
        "unfolded.html.jinja",
        title="Backpropagation through time",
        about=about,
        cost=cost,
        threshold=THRESHOLD,
        data={"cells": cells, "stages": stages, "small": small_network()},
    )


def in_words(costs: Tensor, label_smoothing: float = 0.0) -> str:
    """The cost C of a sequence, from its parts `(S)`."""
    S, C = len(costs), float(costs.sum())
    smoothed = f" The costs have label smoothing {label_smoothing}." if label_smoothing else ""
    if S == 1:
        return f"The cost is C = {C:.4g}.{smoothed}"
    return (
        f"C = {C:.4g} is the average of the costs Cₜ of the {S} time steps. The gradients below "
        f"are those of Cₛ/{S}, the share of each cost Cₛ in C, so that their sum is ∂C/∂hₜ."
        f"{smoothed}"
    )


def _about(
    trained: Trained, example: Example, flow: GradientFlow, cells: Sequence[ShownCell]
) -> str:
    steps = f"after {trained.checkpoint['global_step']:,} steps of training"
    longest = max(len(cell.h) for cell in flow.cells)
    shown = max(len(cell.tokens) for cell in cells)
    cut = f", the last {shown} of its {longest:,} time steps" if shown < longest else ""
    return f"{type(trained.network).__name__} {steps}. {example.description}{cut}."
