"""`torch.nn.utils.rnn.PackedSequence`, in which the time steps stand without padding."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def pack_like(
    packed: PackedSequence, h: Tensor, lengths: Tensor, batch_first: bool
) -> PackedSequence:
    """`h` packed as `packed` is: the sequences in its order and with its indices.

    Args:
        packed: to be followed.
        h: `(T, B, H)`, with `batch_first` `(B, T, H)`, in the order of the batch.
        lengths: `(B)`, on the CPU.
        batch_first: whether the batch is the first dimension of h.
    """
    h = h.transpose(0, 1) if batch_first else h
    if packed.sorted_indices is not None:
        h = h.index_select(1, packed.sorted_indices)
        lengths = lengths[packed.sorted_indices.cpu()]
    # Packed are all sequences at t = 1 that have one, then at t = 2, …: rows of (T B, H). torch's
    # own function knows no gradient of complex numbers.
    t = torch.arange(h.shape[0], device="cpu").unsqueeze(1)
    rows = (t < lengths).flatten().nonzero().squeeze(1)
    data = h.flatten(0, 1).index_select(0, rows.to(h.device))
    return PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
