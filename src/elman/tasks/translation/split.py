"""Training, validation and test pairs without a common sentence."""

from collections.abc import Callable, Sequence

import networkx
import torch

from elman.data.spelling import comparable
from elman.tasks.translation.pair import Pair


def split_pairs(
    pairs: Sequence[Pair],
    counts: Sequence[int],
    seed: int,
    key: Callable[[str], str] = comparable,
) -> list[list[Pair]]:
    """Divides pairs so that no two splits have a sentence in common, as source or as target.

    Two pairs with a common sentence, upper and lower case being equal, are connected. A connected
    component of this graph is never divided.

    Args:
        pairs: without duplicates.
        counts: maximum number of pairs of each split but the last.
        seed: of the random order of the components.
        key: of a sentence in lower case; equal sentences have equal keys.

    Returns:
        The splits; the last one has all remaining pairs.
    """
    graph = networkx.Graph()
    keys = [[key(text.casefold()) for text in pair] for pair in pairs]
    graph.add_edges_from(keys)
    component = {
        text: number
        for number, texts in enumerate(networkx.connected_components(graph))
        for text in texts
    }
    members: dict[int, list[Pair]] = {}
    for pair, (source, _) in zip(pairs, keys, strict=True):
        members.setdefault(component[source], []).append(pair)
    groups = list(members.values())
    order = torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed)).tolist()
    splits: list[list[Pair]] = [[] for _ in range(len(counts) + 1)]
    for group in (groups[number] for number in order):
        for split, count in zip(splits, [*counts, len(pairs)], strict=True):
            if len(split) + len(group) <= count:
                split.extend(group)
                break
    return splits
