"""`torch.nn.utils.rnn.PackedSequence`, in which the time steps stand without padding."""

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence


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
    if packed.sorted_indices is not None:
        h = h.index_select(0 if batch_first else 1, packed.sorted_indices)
        lengths = lengths[packed.sorted_indices.cpu()]
    data = pack_padded_sequence(h, lengths, batch_first).data
    return PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
