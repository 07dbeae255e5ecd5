"""The main function of a script."""

from elman.cli.entry_point import _message_alone


def test_a_warning_has_no_path_of_a_library() -> None:
    text = _message_alone(UserWarning("low memory"), UserWarning, "/library/module.py", 3)
    assert text == "warning: low memory\n"
