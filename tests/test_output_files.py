from pathlib import Path

import pytest

from elman.output_files import check_output_file, check_output_folder


def test_a_new_file_and_a_new_folder_are_not_made_by_the_check(tmp_path: Path) -> None:
    check_output_file("output", tmp_path / "new" / "page.html")
    check_output_folder("output_dir", tmp_path / "new" / "folder")
    assert not list(tmp_path.iterdir())


def test_what_is_there_already_may_be_written_again(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")
    check_output_file("output", page)
    check_output_folder("output_dir", tmp_path)
    assert page.read_text() == "old"


def test_a_relative_path_is_one_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_output_file("output", "page.html")
    check_output_folder("output_dir", "new")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=f"^output must be a file, but {tmp_path} is a folder$"):
        check_output_file("output", tmp_path)
    with pytest.raises(OSError, match=r"^output must be a file, but \. is a folder$"):
        check_output_file("output", "")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for check, output in ((check_output_folder, file), (check_output_file, file / "page.html")):
        with pytest.raises(
            OSError, match=f"^output must be writable, but {output} is not: Not a directory$"
        ):
            check("output", output)


def test_a_folder_that_takes_no_files_is_refused() -> None:
    for check in (check_output_folder, check_output_file):
        with pytest.raises(OSError, match=r"^output must be writable, but /proc/new/file is not: "):
            check("output", "/proc/new/file")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    for check in (check_output_folder, check_output_file):
        with pytest.raises(
            OSError, match=r"^output must be writable, but .* is not: File name too long$"
        ):
            check("output", tmp_path / ("n" * 300))
