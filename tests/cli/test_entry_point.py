"""The main function of a script."""

import sys
from pathlib import Path

from elman.cli.entry_point import _conf, _message_alone

ROOT = Path(__file__).parents[2]


def test_a_warning_has_no_path_of_a_library() -> None:
    text = _message_alone(UserWarning("low memory"), UserWarning, "/library/module.py", 3)
    assert text == "warning: low memory\n"


def test_a_script_may_be_a_folder(tmp_path: Path) -> None:
    code = compile("def main(config): ...", str(tmp_path / "scripts/look.py/__main__.py"), "exec")
    exec(code, folder := {})  # noqa: S102 - a function of that file
    assert _conf(folder["main"]) == str(tmp_path / "conf")
    code = compile("def main(config): ...", str(tmp_path / "scripts/look.py"), "exec")
    exec(code, file := {})  # noqa: S102 - a function of that file
    assert _conf(file["main"]) == str(tmp_path / "conf")


def test_no_script_hides_a_module_of_python() -> None:
    scripts = [path.stem for path in (ROOT / "scripts").glob("*.py") if path.is_file()]
    assert not set(scripts) & sys.stdlib_module_names
