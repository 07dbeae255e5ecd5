"""Compressed files that are damaged, or expand to more than they should."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from elman.data import archive
from elman.data.archive import gunzip, read_arrays, unzip


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return buffer.getvalue()


def test_a_gzip_file_is_unpacked() -> None:
    assert gunzip(gzip.compress(b"1,2") + gzip.compress(b",3")) == b"1,2,3"


@pytest.mark.parametrize("place", range(0, 60, 3))
def test_every_damage_of_a_gzip_file_is_a_value_error(place: int) -> None:
    content = bytearray(gzip.compress(bytes(range(256)), mtime=0))
    content[10 + place] ^= 0b100
    with pytest.raises(ValueError, match="it is a damaged gzip file"):
        gunzip(bytes(content))


def test_a_gzip_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST", 10_000)
    bomb = gzip.compress(bytes(1_000_000))
    assert len(bomb) * 200 < 1_000_000
    with pytest.raises(ValueError, match=r"it expands to more than .* bytes; unpack it yourself"):
        gunzip(bomb)


def test_the_first_fitting_member_is_read() -> None:
    content = zipped({"../../a.txt": b"no", "b.xml": b"yes", "c.xml": b"no"})
    assert unzip(content, lambda name: name.endswith(".xml")) == b"yes"


def test_a_zip_archive_without_such_a_member() -> None:
    with pytest.raises(ValueError, match="none of the files that are looked for"):
        unzip(zipped({"a.txt": b""}), lambda name: name.endswith(".xml"))


@pytest.mark.parametrize("field", ["encrypted", "method", "checksum", "cut"])
def test_every_damage_of_a_zip_archive_is_a_value_error(field: str) -> None:
    content = bytearray(zipped({"a.xml": bytes(range(256))}))
    directory = content.index(b"PK\x01\x02")
    if field == "encrypted":
        content[6] |= 1
        content[directory + 8] |= 1
    elif field == "method":
        content[8] = content[directory + 10] = 77
    elif field == "checksum":
        content[60] ^= 1
    else:
        del content[directory + 9 :]
    with pytest.raises(ValueError, match="it is a damaged zip archive"):
        unzip(bytes(content), lambda name: name == "a.xml")


def test_a_zip_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST", 10_000)
    with pytest.raises(ValueError, match="it expands to more than"):
        unzip(zipped({"a.xml": bytes(1_000_000)}), str.islower)


def test_arrays_are_read(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.arange(3), names=["a", "b"])
    arrays = read_arrays(tmp_path / "a.npz")
    assert arrays["x"].tolist() == [0, 1, 2]
    assert arrays["names"].tolist() == ["a", "b"]


@pytest.mark.parametrize("damage", ["objects", "header", "bomb", "cut", "missing"])
def test_damaged_arrays(tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST", 10_000)
    file = tmp_path / "a.npz"
    if damage == "objects":
        np.savez(file, x=np.array([object()], dtype=object))
    elif damage == "header":  # says that 10¹² numbers follow
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }\n"
        magic = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
        file.write_bytes(zipped({"x.npy": magic + header}))
    elif damage == "bomb":
        np.savez_compressed(file, x=np.zeros(100_000))
    elif damage == "cut":
        np.savez(file, x=np.zeros(9))
        file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(ValueError, match="it is damaged"):
        read_arrays(file)
