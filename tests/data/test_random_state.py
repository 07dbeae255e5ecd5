import io
import random

import numpy as np
import torch

from elman.data.random_state import random_state, set_random_state


def draw() -> list[float]:
    return [random.random(), random.gauss(), np.random.random(), torch.rand(()).item()]  # noqa: NPY002, S311


def test_what_follows_a_state_is_drawn_again() -> None:
    random.gauss()  # Python and NumPy keep the second of two normal numbers
    state = random_state()
    first = draw()
    assert draw() != first
    file = io.BytesIO()
    torch.save(state, file)
    set_random_state(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    assert draw() == first
