from typing import Any

import pytest
from hydra.utils import instantiate
from lightning.fabric.utilities.exceptions import MisconfigurationException

from elman.layers import RNN
from elman.training.truncated_bptt import TruncatedBPTT
from elman.training.values.described import check_described, full_keys, parameters_of

RNN_NODE = {"_target_": "elman.RNN", "_partial_": True, "num_layers": 1}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"num_layers": "two"}, TypeError, "rnn.num_layers must be an int, got 'two'"),
        ({"num_layers": True}, TypeError, "rnn.num_layers must be an int, got True"),
        ({"num_layers": [2]}, TypeError, r"rnn.num_layers must be an int, got \[2\]"),
        ({"num_layers": None}, TypeError, "rnn.num_layers must be an int, got None"),
        ({"dropout": float("nan")}, TypeError, "rnn.dropout must be a finite number, got nan"),
        ({"dropout": float("inf")}, TypeError, "rnn.dropout must be a finite number, got inf"),
        ({"bias": "yes"}, TypeError, "rnn.bias must be true or false, got 'yes'"),
        ({"merge": ""}, ValueError, "rnn.merge must not be empty"),
        ({"cell": {"a": 1}}, TypeError, r"rnn.cell must be an object: .*, got \{'a': 1\}"),
        (
            {"num_layer": 1},
            ValueError,
            r"rnn.num_layer: there is no such key; did you mean num_layers\?",
        ),
        ({"zzz": 1}, ValueError, "rnn.zzz: there is no such key; there are input_size, hidden_"),
        ({"_target_": 3}, TypeError, "rnn._target_ must be the name of a class or function"),
        (
            {"_target_": "nosuch"},
            ValueError,
            "rnn._target_ must name a class or function, got 'nosuch': No module named 'nosuch'",
        ),
        ({"_target_": "elman.__version__"}, TypeError, "rnn._target_ must name a class or func"),
        ({"_partial_": "x"}, TypeError, "rnn._partial_ must be true or false, got 'x'"),
        (
            {"cell": {"_target_": "elman.LeakyRNNCell", "_partial_": True, "alpha": "x"}},
            TypeError,
            "rnn.cell.alpha must be a finite number, got 'x'",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_key(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    check_described({"rnn": RNN_NODE})
    with pytest.raises(error, match=f"^{message}"):
        check_described({"seed": 0, "rnn": RNN_NODE | changes})


def test_missing_values_and_any_names_are_left_to_the_class() -> None:
    check_described({"rnn": {"_target_": "elman.layers.built_in", "engine": 1}})  # takes **options
    check_described({"checkpoint": {"_target_": "elman.RNN", "input_size": "???"}})


def test_the_arguments_of_a_class_include_those_of_its_base() -> None:
    named, any_name = parameters_of(TruncatedBPTT)
    assert list(named)[:3] == ["look_back", "network", "objective"]
    assert not any_name
    assert parameters_of(dict)[1]


def test_a_class_without_a_constructor_takes_nothing() -> None:
    objective = {"_target_": "elman.tasks.language.objective.NextCharacter", "label_smoothing": 5}
    with pytest.raises(ValueError, match=r"^objective\.label_smoothing: .* there are none$"):
        check_described({"objective": objective})


def test_the_section_is_put_in_front_of_the_argument() -> None:
    network = {"_target_": "elman.networks.LanguageModel"}
    sections: dict[str, Any] = {"network": network, "rnn": RNN_NODE, "cell": None}

    message = r"^rnn.num_layers must be greater than zero, got 0$"
    with pytest.raises(ValueError, match=message), full_keys(**sections):
        RNN(1, 1, num_layers=0)
    with pytest.raises(ValueError, match=message), full_keys(**sections):  # wrapped by Hydra
        instantiate(RNN_NODE, 1, 1, num_layers=0, _partial_=False)
    message = r"^network.hidden_size must be an int, got 'x'$"
    with pytest.raises(TypeError, match=message), full_keys(**sections):
        RNN(1, "x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^another sentence$"), full_keys(**sections):
        raise ValueError("another sentence")
    with pytest.raises(ValueError, match=r"^monitor"), full_keys(**sections):
        raise MisconfigurationException("monitor is unknown")


def test_an_argument_that_is_set_elsewhere() -> None:
    message = r"^rnn.input_size must not be given: it is set by what uses rnn$"
    with pytest.raises(TypeError, match=message), full_keys(rnn=RNN_NODE):
        instantiate(RNN_NODE | {"input_size": 3})(1, 1)
