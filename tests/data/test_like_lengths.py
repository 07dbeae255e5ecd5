import itertools

import torch

from elman.data.like_lengths import LikeLengths


def test_batches_of_like_length() -> None:
    lengths = torch.randint(1000, (100,), generator=torch.Generator().manual_seed(0)).tolist()
    batches = LikeLengths(lengths, 8)
    drawn, again = list(batches), list(batches)
    assert drawn != again
    assert sorted(itertools.chain(*drawn)) == list(range(100))
    assert len(batches) == len(drawn) == 13
    spread = [max(lengths[n] for n in each) - min(lengths[n] for n in each) for each in drawn]
    assert max(spread) < 200  # of random batches, about 800
