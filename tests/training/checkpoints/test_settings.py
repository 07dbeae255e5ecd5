"""The settings that a resumed training shares with the one it continues."""

from typing import Any

import pytest

from elman.tasks.language.data import CharacterData
from elman.tasks.memory.adding import AddingData
from elman.training.checkpoints.migrations import VERSION
from elman.training.checkpoints.settings import batch_size_of_each, check_started_by_this_version


def stored(world_size: int, batch_size: int | None) -> dict[str, Any]:
    return {"trainer": {"world_size": world_size}, "data": {"batch_size": batch_size}}


@pytest.mark.parametrize(
    ("before", "now", "expected"), [(2, 1, 8), (2, 4, 2), (1, 4, 1), (3, 3, None)]
)
def test_the_batch_of_all_processes_stays(before: int, now: int, expected: int | None) -> None:
    assert batch_size_of_each(CharacterData(), stored(before, 4), now) == expected


def test_a_batch_that_is_shared_already_does_not_change() -> None:
    assert batch_size_of_each(AddingData(), stored(2, 4), 1) is None
    assert batch_size_of_each(CharacterData(), stored(2, None), 1) is None  # the whole split


def test_processes_that_cannot_share_the_batch() -> None:
    with pytest.raises(
        ValueError, match=r"^resume: 3 processes cannot share the batch of 8 examples"
    ):
        batch_size_of_each(CharacterData(), stored(2, 4), 3)


@pytest.mark.parametrize(
    ("checkpoint", "message"),
    [
        ({}, "resume: an earlier version of elman started this run"),
        ({"version": VERSION}, "resume: trainer: it has no 'world_size'"),
        ({"version": VERSION, "trainer": {"world_size": "2"}}, "resume: trainer: .* is '2', not"),
        ({"version": VERSION, "trainer": {"world_size": 0}}, "resume: trainer: its 'world_size' "),
    ],
)
def test_a_checkpoint_that_cannot_be_continued(checkpoint: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        check_started_by_this_version(checkpoint)
