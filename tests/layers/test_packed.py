import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from elman.layers.packed import pack_like

SEQUENCES = [torch.arange(2.0), torch.arange(10.0, 14.0), torch.arange(20.0, 23.0)]


@pytest.mark.parametrize("batch_first", [True, False])
def test_packs_in_the_order_of_another_packed_sequence(batch_first: bool) -> None:
    # An order of equal lengths that packing again would not choose.
    order, back = torch.tensor([1, 2, 0]), torch.tensor([2, 0, 1])
    sizes = pack_sequence(SEQUENCES, enforce_sorted=False).batch_sizes
    packed = PackedSequence(torch.zeros(9), sizes, order, back)
    padded = torch.nn.utils.rnn.pad_sequence(SEQUENCES, batch_first=batch_first)
    found = pack_like(packed, padded.unsqueeze(2), torch.tensor([2, 4, 3]), batch_first)
    assert found.data.flatten().tolist() == [10, 20, 0, 11, 21, 1, 12, 22, 13]
    assert found.sorted_indices is order
    assert found.unsorted_indices is back


def test_packs_sorted_sequences() -> None:
    sequences = [SEQUENCES[1], SEQUENCES[2]]
    packed = pack_sequence(sequences)
    padded = torch.nn.utils.rnn.pad_sequence(sequences)
    assert torch.equal(pack_like(packed, padded, torch.tensor([4, 3]), False).data, packed.data)


def test_gradients_of_complex_numbers() -> None:
    """torch's own function for packing does not support them."""
    sequences = [torch.arange(1, 4).to(torch.complex64), torch.arange(5, 7).to(torch.complex64)]
    packed = pack_sequence(sequences)
    h = torch.nn.utils.rnn.pad_sequence(sequences).requires_grad_()
    data = pack_like(packed, h, torch.tensor([3, 2]), False).data
    assert torch.equal(data, packed.data)
    data.sum().abs().backward()
    assert h.grad is not None
    assert h.grad.ne(0).tolist() == [[True, True], [True, True], [True, False]]
