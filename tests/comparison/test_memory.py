import pytest
import torch

from elman.comparison.memory import Memory, measure_memory, peak_bytes
from elman.comparison.sizes import Sizes

KIB = 1024  # bytes; CUDA gives memory in pieces of 512


def test_the_peak_is_what_stands_at_a_time(device: torch.device) -> None:
    before = torch.empty(100 * KIB, dtype=torch.uint8, device=device)

    def step() -> torch.Tensor:
        freed = torch.empty(50 * KIB, dtype=torch.uint8, device=device)
        del freed
        largest = torch.empty(30 * KIB, dtype=torch.uint8, device=device)
        beside = torch.empty(40 * KIB, dtype=torch.uint8, device=device)
        del largest
        return beside

    assert peak_bytes(step, device) == 70 * KIB
    assert peak_bytes(step, device) == 70 * KIB  # what was measured before does not count
    assert len(before) == 100 * KIB


def test_nothing_allocated_is_nothing(device: torch.device) -> None:
    assert peak_bytes(lambda: None, device) == 0


def test_a_training_step_holds_its_states_and_gradients(device: torch.device) -> None:
    T, B, I, H = sizes = Sizes(50, 8, 16, 32)
    memory = measure_memory(sizes, device)
    least = 4 * (T * B * H + I * H + H * H + H)
    assert least <= min(memory.ours, memory.theirs)
    assert max(memory.ours, memory.theirs) < 20 * least


def test_the_ratio_is_above_one_where_torch_takes_more() -> None:
    assert Memory(Sizes(1, 1, 1, 1), ours=200, theirs=300).ratio == pytest.approx(1.5)
