"""Training, validation and test pairs without a common sentence."""

from collections.abc import Sequence

import networkx
import torch

from elman.tasks.translation.pairs import Pair


def split_pairs(pairs: Sequence[Pair], counts: Sequence[int], seed: int) -> list[list[Pair]]:
    """Divides pairs so that no two splits have a sentence in common, as source or as target.

    Two pairs with a common sentence, upper and lower case being equal, are connected. A connected
    component of this graph is never divided.

    Args:
        pairs: without duplicates.
        counts: maximum number of pairs of each split but the last.
        seed: of the random order of the components.

    Returns:
        The splits; the last one has all remaining pairs.
    """
    graph = networkx.Graph()
    for pair in pairs:
        graph.add_edge(pair.source.casefold(), pair.target.casefold())
    component = {
        text: number
        for number, texts in enumerate(networkx.connected_components(graph))
        for text in texts
    }
    members: dict[int, list[Pair]] = {}
    for pair in pairs:
        members.setdefault(component[pair.source.casefold()], []).append(pair)
    groups = list(members.values())
    order = torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed)).tolist()
    splits: list[list[Pair]] = [[] for _ in range(len(counts) + 1)]
    for group in (groups[number] for number in order):
        for split, count in zip(splits, [*counts, len(pairs)], strict=True):
            if len(split) + len(group) <= count:
                split.extend(group)
                break
    return splits
