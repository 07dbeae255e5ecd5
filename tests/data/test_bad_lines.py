import pytest

from elman.data.bad_lines import BadLines, check_on_bad


def test_skipped_lines_are_counted_and_the_first_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = BadLines("names.csv", "skip")
    bad.summarize()
    assert not caplog.messages
    bad.report(3, "it is empty")
    bad.report(8, "it has no text")
    bad.summarize()
    assert caplog.messages == [
        "data: names.csv: 2 bad lines are left out, the first is line 3: it is empty"
    ]


def test_the_first_bad_line_is_an_error() -> None:
    bad = BadLines("names.csv", "error", "on_bad")
    with pytest.raises(ValueError, match=r"^data: names.csv, line 3: it is empty \(on_bad=skip"):
        bad.report(3, "it is empty")


def test_other_values_of_on_bad_are_refused() -> None:
    check_on_bad("data.on_bad", "skip")
    with pytest.raises(ValueError, match=r"^data.on_bad must be error or skip, got 'warn'$"):
        check_on_bad("data.on_bad", "warn")
