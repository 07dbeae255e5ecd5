"""The main function of a script."""

import warnings

from elman.cli.entry_point import _message_alone


def test_a_warning_has_no_path_of_a_library() -> None:
    assert _message_alone(UserWarning("low memory"), UserWarning, "/x/y.py", 3) == (
        "warning: low memory\n"
    )
    assert warnings.formatwarning is not _message_alone  # set by a running script alone
