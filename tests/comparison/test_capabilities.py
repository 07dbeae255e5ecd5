import pytest
import torch
from torch import nn

from elman import RNN
from elman.comparison.capabilities import COMMON, YES, compare_capabilities, outcome

# What torch.nn.RNN can do as well, on the CPU, or better.
THEIRS_TOO = {
    "double backward",
    "forward differentiation (jvp)",
    "jacrev",
    "hessian",
    "B = 0",
    "the same bits twice",
    "a warning when dropout does nothing",
}
THEIRS_ALONE = {"TorchScript"}


@pytest.mark.filterwarnings("ignore")  # of exporters and compilers, about themselves
def test_what_only_one_of_them_can_do() -> None:
    findings = {finding.feature: finding for finding in compare_capabilities()}
    for feature, finding in findings.items():
        assert (finding.ours == YES) == (feature not in THEIRS_ALONE), finding
        assert (finding.theirs == YES) == (feature in THEIRS_TOO | THEIRS_ALONE), finding
        assert finding.only_ours == (feature not in THEIRS_TOO | THEIRS_ALONE)


class Wrong(nn.Module):
    """Takes every call, with numbers that are wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = RNN(3, 4, dtype=torch.float64)
        self.calls = 0

    def forward(self, *arguments: object) -> object:
        self.calls += 1
        output, h_n = self.rnn(*arguments)
        return output + self.calls, h_n


@pytest.mark.parametrize("feature", ["vmap over inputs", "gradients for each example"])
def test_wrong_numbers_are_found_out(feature: str) -> None:
    assert outcome(lambda: COMMON[feature](Wrong())).startswith("AssertionError")


def test_an_exception_is_told_in_its_first_sentence() -> None:
    def fail() -> None:
        raise RuntimeError("No <object at 0x7f1c>. Not at all.\nNever.")

    assert outcome(fail) == "RuntimeError: No <object>"
    assert outcome(lambda: None) == YES
