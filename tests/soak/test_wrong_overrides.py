"""Wrong values on the command line of every script."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.soak


def test_a_wrong_value_ends_with_one_sentence(
    run_script: Callable[..., Any], record_property: Callable[[str, object], None]
) -> None:
    ended = run_script("train", "network.hidden_size=-1")
    assert ended.code == 1
    assert "hidden_size" in ended.errors
    record_property("figure", f"wrong overrides: 1 of 1 refused, after {ended.seconds:.1f} s")
