import pytest

from elman.training.processes.rank import rank_given


def test_a_process_that_nobody_started_has_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    assert rank_given() is None


def test_a_started_process_has_the_number_that_it_was_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOCAL_RANK", "2")
    assert rank_given() == 2
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "x")  # by torchrun
    assert rank_given() is None
