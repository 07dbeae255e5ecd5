"""Support for `torch.nn.utils.rnn.PackedSequence`, which stores sequences without padding."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def pack_like(
    packed: PackedSequence, h: Tensor, lengths: Tensor, batch_first: bool
) -> PackedSequence:
    """Packs h with the order and the indices of `packed`.

    Args:
        packed: the packed sequence to imitate.
        h: `(T, B, H)`, or `(B, T, H)` with `batch_first`, in the order of the batch.
        lengths: `(B)`, on the CPU.
        batch_first: whether the batch is the first dimension of h.
    """
    h = h.transpose(0, 1) if batch_first else h
    if packed.sorted_indices is not None:
        h = h.index_select(1, packed.sorted_indices)
        lengths = lengths[packed.sorted_indices.cpu()]
    # Packed data are the rows of (T B, H) that are not padding: those at t = 1, then at t = 2, ….
    # torch's own function has no gradient for complex numbers.
    t = torch.arange(h.shape[0], device="cpu").unsqueeze(1)
    rows = (t < lengths).flatten().nonzero().squeeze(1)
    data = h.flatten(0, 1).index_select(0, rows.to(h.device))
    return PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
