"""Whether the costs are those of a cell's own time steps.

A decoder has a cost at each of its time steps. The costs of a translator are not those of its
encoder, even if both sentences have the same length, so a lag s − t means nothing there.
"""

import re
from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor


def aligned_cells(cells: Sequence[tuple[str, Tensor, bool]]) -> set[str]:
    """The names of the cells whose time step s has the cost C_s.

    They are those of a layer with S = T whose states do not affect the costs of earlier time steps;
    in a backward direction, of later ones. Only the last cell of each direction tells: the others
    affect all costs through the two directions above them.

    Args:
        cells: for each cell its name, G `(S, T, B)`, and whether it reads backward. The cells of a
            layer follow one another and are named "LAYER.cells.K".
    """
    aligned: set[str] = set()
    for _, layer in groupby(cells, key=lambda cell: re.sub(r"cells\.\d+$", "cells", cell[0])):
        of_layer = list(layer)
        last = {backward: G for _, G, backward in of_layer}
        if all(_is_causal(G, backward=backward) for backward, G in last.items()):
            aligned.update(name for name, _, _ in of_layer)
    return aligned


def _is_causal(G: Tensor, *, backward: bool) -> bool:
    S, T, _ = G.shape
    if S != T:
        return False
    t = torch.arange(T, device=G.device)
    later = t > t.unsqueeze(1)  # t > s
    return not G[later.T if backward else later].any()
