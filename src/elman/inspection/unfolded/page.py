"""What `scripts/inspect.py` does: it writes a page that shows a network unfolded in time."""

from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig
from torch import Tensor

from elman.checks import check_size
from elman.inspection.float64 import to_float64
from elman.inspection.gradient_flow import GradientFlow, gradient_flow
from elman.inspection.gradient_flow.saturation import THRESHOLD
from elman.inspection.unfolded.example import Example, text_example, validation_example
from elman.inspection.unfolded.predictions import read_predictions
from elman.inspection.unfolded.shown import ShownCell, shown_cells
from elman.inspection.unfolded.small_network import small_network
from elman.inspection.unfolded.stages import Stage, read_stages
from elman.pages.page import write_page
from elman.training.checkpoint import Trained, find_checkpoint, restore
from elman.training.run_folder import GRADIENT_FLOW, GRADIENT_FLOW_PAGE

MAX_STEPS = 200  # columns that a browser draws quickly


def inspect_network(config: DictConfig) -> None:
    """Writes the page, and prints how far back the network looks.

    Args:
        config: composed from `conf/inspect.yaml`.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the data cannot be read, the network has
            no recurrent layer, the sequence has one time step, or a value is out of range.
    """
    steps = check_size("steps", config.steps)
    if not 2 <= steps <= MAX_STEPS:
        raise ValueError(f"steps must be from 2 to {MAX_STEPS}, got {steps}")
    run = find_checkpoint("checkpoint", config.checkpoint).parent.parent
    trained = restore(config.checkpoint, config.data, config.trust)
    network, data = trained.network, trained.data
    data.prepare_data()
    data.setup("fit")
    example = (
        validation_example(data, config.example, MAX_STEPS)
        if config.text is None
        else text_example(data, str(config.text))  # text=2026 is an int
    )
    objective = trained.build("objective")
    module = trained.build("training")(network, objective)
    batch = example.inputs, to_float64(example.y)
    flow = gradient_flow(network, example.inputs, lambda output: module.step_costs(output, batch))
    predictions = (
        read_predictions(flow.output, example.y, example.classes) if objective.softmax else ()
    )
    cells = shown_cells(flow, network, example, steps, predictions)
    about = _about(trained, example, flow, cells)
    cost = in_words(flow.costs[:, 0], getattr(objective, "label_smoothing", 0.0))
    page = Path(config.output or run / GRADIENT_FLOW_PAGE)
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
