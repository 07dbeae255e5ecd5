"""Numbers for the page."""

from typing import Any

from torch import Tensor

from elman.pages.page import plain


def short(values: Tensor, digits: int = 5) -> Any:
    """Nested lists of numbers with few digits, which keep the page small."""
    return plain(values, lambda x: float(f"{x:.{digits}g}") if isinstance(x, float) else x)
