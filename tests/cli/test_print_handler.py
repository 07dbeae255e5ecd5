import io
import logging

import pytest

from elman.cli.print_handler import PrintHandler


def test_messages_go_to_where_standard_output_goes_at_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler = PrintHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    for message in ("first", "second"):
        output = io.StringIO()
        monkeypatch.setattr("sys.stdout", output)

        handler.handle(logging.LogRecord("elman", logging.INFO, "", 0, message, None, None))

        assert output.getvalue() == f"INFO: {message}\n"
