import numpy as np
import pytest
import torch

from elman.tasks.memory.flip_flop import FlipFlopData, HeldBits


def test_each_output_holds_the_sign_of_the_last_pulse() -> None:
    X, y = FlipFlopData(length=30, bits=2, pulse=0.2).generate(np.random.default_rng(0), 40)
    assert X.shape == y.shape == (30, 40, 2)
    assert set(X.unique().tolist()) == {-1, 0, 1}
    for n in range(40):
        for bit in range(2):
            held = 0.0
            for t in range(30):
                held = X[t, n, bit].item() or held
                assert y[t, n, bit] == held != 0


def test_pulses_are_as_frequent_as_asked_and_both_signs_alike() -> None:
    X, _ = FlipFlopData(length=51, pulse=0.2).generate(np.random.default_rng(0), 1_000)
    assert X[1:].abs().mean().item() == pytest.approx(0.2, abs=0.005)
    assert X.mean().item() == pytest.approx(0, abs=0.005)


def test_the_accuracy_without_memory_is_that_of_the_formula() -> None:
    data = FlipFlopData(length=20, pulse=0.1)
    X, y = data.generate(np.random.default_rng(0), 5_000)
    guess = torch.from_numpy(np.random.default_rng(1).choice([-0.5, 0.5], X.shape))
    accuracy = HeldBits().metrics(torch.tensor(0.0), X + guess, y)["accuracy"].item()
    assert data.baselines["memoryless"] == pytest.approx(accuracy, abs=0.004)


def test_the_cost_is_the_mean_squared_error() -> None:
    O, y = torch.tensor([[[0.5, 2.0]]]), torch.tensor([[[1.0, -1.0]]])
    assert HeldBits().cost(O, y).item() == (0.25 + 9) / 2
    steps = O.expand(3, 1, 2) * torch.tensor([1.0, 0, -1]).view(3, 1, 1)
    parts = HeldBits().step_costs(steps, y.expand(3, 1, 2))
    assert parts.flatten().tolist() == pytest.approx([9.25 / 6, 2 / 6, (2.25 + 1) / 6])
    assert HeldBits().count(torch.ones(4, 3, 2)) == 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length": 0}, "data.length must be greater than zero, got 0"),
        ({"bits": 0}, "data.bits must be greater than zero, got 0"),
        ({"pulse": 1.5}, "data.pulse must be a number from 0 to 1, got 1.5"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        FlipFlopData(**arguments)
