"""Pairs of sentences in splits that share no sentence."""

from collections.abc import Sequence

import networkx
import torch

from elman.tasks.translation.pairs import Pair


def divide(pairs: Sequence[Pair], counts: Sequence[int], seed: int) -> list[list[Pair]]:
    """Parts no two of which have a text in common, as source or as target.

    Pairs that share a text, capitals aside, are connected; connected pairs stay together.

    Args:
        pairs: each once.
        counts: the most pairs of each split but the last.
        seed: of the choice which are in which part.

    Returns:
        The parts; what is left over is the last.
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
    parts: list[list[Pair]] = [[] for _ in range(len(counts) + 1)]
    for group in (groups[number] for number in order):
        for part, count in zip(parts, [*counts, len(pairs)], strict=True):
            if len(part) + len(group) <= count:
                part.extend(group)
                break
    return parts
