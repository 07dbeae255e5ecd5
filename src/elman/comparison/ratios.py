"""Summarises the ratio of two implementations over several sizes."""

from collections.abc import Mapping
from statistics import geometric_mean

from elman.comparison.sizes import Sizes


def ratio_sentence(start: str, ratios: Mapping[Sizes, float], end: str, below_one: str) -> str:
    """The geometric mean and the range of ratios in words.

    Args:
        start: for example "torch.nn.RNN takes".
        ratios: by sizes.
        end: for example "as long as elman.RNN".
        below_one: the meaning of a ratio below 1, for example "elman.RNN is slower".
    """
    if len(ratios) == 1:
        [(sizes, ratio)] = ratios.items()
        return f"{start} {ratio:.2f} times {end}, at {sizes}."
    low, high = min(ratios, key=ratios.__getitem__), max(ratios, key=ratios.__getitem__)
    count = sum(ratio < 1 for ratio in ratios.values())
    return (
        f"{start} {geometric_mean(ratios.values()):.2f} times {end} (geometric mean of "
        f"{len(ratios)} sizes, lowest {ratios[low]:.2f} at {low}, highest {ratios[high]:.2f} at "
        f"{high}). {below_one} at {count or 'none'} of them."
    )
