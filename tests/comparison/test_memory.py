import pytest
import torch

from elman.comparison.memory import Memory, measure_memory, memory_summary, peak_bytes
from elman.comparison.sizes import Sizes

KIB = 1024  # bytes, a multiple of the block size of CUDA's allocator


def test_peak_of_simultaneous_allocations(device: torch.device) -> None:
    before = torch.empty(100 * KIB, dtype=torch.uint8, device=device)

    def step() -> torch.Tensor:
        freed = torch.empty(50 * KIB, dtype=torch.uint8, device=device)
        del freed
        largest = torch.empty(30 * KIB, dtype=torch.uint8, device=device)
        other = torch.empty(40 * KIB, dtype=torch.uint8, device=device)
        del largest
        return other

    assert peak_bytes(step, device) == 70 * KIB
    assert peak_bytes(step, device) == 70 * KIB  # the previous measurement has no effect
    assert len(before) == 100 * KIB


def test_no_allocation(device: torch.device) -> None:
    assert peak_bytes(lambda: None, device) == 0


def test_training_step_allocates_states_and_gradients(device: torch.device) -> None:
    T, B, I, H = sizes = Sizes(50, 8, 16, 32)
    memory = measure_memory(sizes, device)
    expected = 4 * (T * B * H + I * H + H * H + H)
    assert expected <= min(memory.ours, memory.theirs)
    assert max(memory.ours, memory.theirs) < 20 * expected


def test_ratio_is_above_one_if_torch_needs_more() -> None:
    assert Memory(Sizes(1, 1, 1, 1), ours=200, theirs=300).ratio == pytest.approx(1.5)


def test_summary() -> None:
    small, large = Sizes(10, 1, 8, 16), Sizes(100, 64, 128, 256)
    text = memory_summary([Memory(small, 1000, 4000), Memory(large, 2000, 1000)])
    assert "torch.nn.RNN needs 1.41 times as much memory as that of elman.RNN" in text
    assert f"of 2 sizes, lowest 0.50 at {large}, highest 4.00 at {small}" in text
    assert text.endswith("elman.RNN needs more at 1 of them.")
