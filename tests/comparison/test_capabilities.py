import pytest
import torch
from torch import nn

from elman import RNN
from elman.comparison.capabilities import COMMON, YES, compare_capabilities, outcome

# What torch.nn.RNN supports on the CPU.
BOTH = {
    "double backward",
    "forward-mode differentiation (jvp)",
    "jacrev",
    "hessian",
    "B = 0 (empty batch)",
    "bitwise reproducible",
    "warning if dropout has no effect",
}
ONLY_TORCH = {"TorchScript"}


@pytest.mark.filterwarnings("ignore")  # from exporters and compilers
def test_supported_features() -> None:
    results = {result.feature: result for result in compare_capabilities()}
    for feature, result in results.items():
        assert (result.ours == YES) == (feature not in ONLY_TORCH), result
        assert (result.theirs == YES) == (feature in BOTH | ONLY_TORCH), result
        assert result.only_ours == (feature not in BOTH | ONLY_TORCH)


class Wrong(nn.Module):
    """Accepts every call and returns wrong values."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = RNN(3, 4, dtype=torch.float64)
        self.calls = 0

    def forward(self, *arguments: object) -> object:
        self.calls += 1
        output, h_n = self.rnn(*arguments)
        return output + self.calls, h_n


@pytest.mark.parametrize("feature", ["vmap over inputs", "per-example gradients"])
def test_wrong_values_fail_the_check(feature: str) -> None:
    assert outcome(lambda: COMMON[feature](Wrong())).startswith("AssertionError")


def test_outcome_is_the_first_sentence_of_the_exception() -> None:
    def fail() -> None:
        raise RuntimeError("No <object at 0x7f1c>. Not at all.\nNever.")

    assert outcome(fail) == "RuntimeError: No <object>"
    assert outcome(lambda: None) == YES
