"""What `scripts/show.py` does: it writes the page."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from torch import nn
from torch.nn import functional

from elman import equations
from elman.data.description import source_of
from elman.equations import has_derivative
from elman.inspection.neurons.choice import check_places, choose_examples, choose_stages
from elman.inspection.neurons.numbers import SHOWN, picture, stage_numbers
from elman.inspection.training_examples import validation_examples
from elman.layers import Dense
from elman.networks import FeedforwardNetwork
from elman.nonlinearities import name_of
from elman.output_files import check_output_file
from elman.pages.page import write_page
from elman.training.checkpoints.checkpoint import find_checkpoint, restore
from elman.training.class_objectives import SquaredError
from elman.training.objectives import Objective
from elman.training.runs.folder import NEURONS, PATH

EQUATIONS = {
    function.__name__: function
    for function in (
        equations.weighted_sum,
        equations.activation,
        equations.squared_error,
        equations.squared_error_gradient,
        equations.previous_activation_gradient,
        equations.activation_gradient,
        equations.weight_gradient,
    )
}


@dataclass(frozen=True)
class Show:
    """The values of `scripts/show.py`, explained in `conf/show.yaml`."""

    checkpoint: str
    trust: list[str]
    examples: list[int]
    output: str | None
    data: dict[str, Any]

    def __post_init__(self) -> None:
        if self.output is not None:
            check_output_file("output", self.output)


def show_neurons(values: Show) -> Path:
    """Writes a page that shows a feedforward network at work, and returns its file.

    Args:
        values: of the script.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or its data cannot be read, the network is
            not a feedforward network with squared error, or a value is out of range.
    """
    file = find_checkpoint("checkpoint", values.checkpoint)
    run = file.parent.parent
    trained = restore(file, values.data, values.trust)
    objective = trained.build("objective")
    network = check_network(trained.network, objective, values.checkpoint)
    examples = validation_examples(trained.data)
    check_places(values.examples, len(examples.y))
    places = values.examples or choose_examples(network, examples)
    inputs, digits = examples.inputs[places], examples.y[places]
    objective.cost(network(inputs), digits)  # refuses data of other classes
    y = functional.one_hot(digits, network.sizes[-1]).double()
    network, inputs = network.double(), inputs.double()

    stages, differences = [], []
    for stage in choose_stages(network, trained.checkpoint["global_step"], run / PATH):
        numbers, difference = stage_numbers(stage, network, inputs, y)
        stages.append(numbers)
        differences.append(difference)
    page = Path(values.output or run / NEURONS)
    page.parent.mkdir(parents=True, exist_ok=True)
    write_page(
        page,
        "elman.inspection",
        "neurons.html.jinja",
        title="Your network on the slides",
        sizes=network.sizes,
        n=sum(parameter.numel() for parameter in network.parameters()),
        data_source=source_of(trained.data),
        difference=f"{max(differences):.1e}",
        equations={name: inspect.getsource(function) for name, function in EQUATIONS.items()},
        numbers={
            "sizes": network.sizes,
            "shown": [min(SHOWN, size) for size in network.sizes],
            "σ": [name_of(layer.σ) for layer in cast("Iterable[Dense]", network.layers)],
            "examples": [
                {"place": place, "digit": digit, "input": picture(a)}
                for place, digit, a in zip(places, digits.tolist(), inputs, strict=True)
            ],
            "stages": stages,
        },
    )
    print(f"  page  {page}  ({page.stat().st_size / 1e6:.1f} MB; open it in a browser)")
    return page


def check_network(network: nn.Module, objective: Objective, checkpoint: str) -> FeedforwardNetwork:
    """The network, if it and its objective are those of the slides.

    Raises:
        ValueError: it is of another kind, has another nonlinearity or weights that are not finite,
            or the objective is another.
    """
    if not isinstance(network, FeedforwardNetwork):
        raise ValueError(
            f"checkpoint: {checkpoint} is a {type(network).__name__}; show.py needs a "
            "FeedforwardNetwork, such as that of experiment=digits_feedforward; for a recurrent "
            "network use inspect.py"
        )
    if not isinstance(objective, SquaredError):
        raise ValueError(
            f"checkpoint: {checkpoint} was trained with {type(objective).__name__}; show.py needs "
            "objective=squared_error, the cost of the slides, as in experiment=digits_feedforward"
        )
    for layer in cast("Iterable[Dense]", network.layers):
        if not has_derivative(layer.σ):
            name = getattr(layer.activation, "__name__", layer.activation)
            raise ValueError(
                f"checkpoint: {checkpoint} has a layer with {name}; show.py needs sigmoid, relu or "
                "tanh in every layer"
            )
    for name, weight in network.named_parameters():
        if not weight.isfinite().all():
            raise ValueError(
                f"checkpoint: {checkpoint} has numbers in {name} that are not finite; its training "
                "has diverged: train again with a smaller learning rate, optimizer.lr"
            )
    return network
