from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.errors import (
    ConfigCompositionException,
    HydraException,
    InstantiationException,
    MissingConfigException,
)
from hydra.utils import instantiate
from omegaconf.errors import ConfigAttributeError, OmegaConfBaseException

from elman.cli.errors import failure_noted, one_clear_sentence, sentence
from elman.training.divergence.error import DivergenceError
from elman.training.runs.folder import FAILURE


@pytest.fixture(autouse=True)
def command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command line without `debug=`, whatever pytest was called with."""
    monkeypatch.setattr("sys.argv", ["train.py", "seed=1"])


@pytest.fixture
def configurations(tmp_path: Path) -> Path:
    """A folder that a small configuration is composed from."""
    (tmp_path / "rnn").mkdir()
    (tmp_path / "rnn" / "elman.yaml").write_text("layers: 1\n")
    (tmp_path / "train.yaml").write_text("defaults:\n  - _self_\n  - rnn: elman\nseed: 0\n")
    return tmp_path


@pytest.mark.parametrize("error_type", [ValueError, OSError, HydraException])
def test_an_error_says_its_message(error_type: type[Exception]) -> None:
    assert sentence(error_type("data.path: there is no file x")) == "data.path: there is no file x"


def test_an_error_of_the_system_has_no_number(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as error:
        tmp_path.read_text()
    assert sentence(error.value) == f"{tmp_path}: Is a directory"


def test_the_name_of_a_file_is_shortened_too() -> None:
    text = sentence(OSError(36, "File name too long", "x" * 10**6))
    assert len(text) < 1100
    assert text.endswith("x: File name too long")


def test_a_lack_of_memory_says_how_much() -> None:
    error = MemoryError("Unable to allocate 3.73 GiB")
    assert sentence(error) == "not enough memory: Unable to allocate 3.73 GiB"
    assert sentence(MemoryError()) == "not enough memory"


def test_an_error_of_many_lines_becomes_one_line() -> None:
    assert sentence(ValueError("one\n\n    two \t three\n")) == "one two three"


def test_an_object_that_could_not_be_made_says_why_and_not_that() -> None:
    with pytest.raises(InstantiationException) as error:
        instantiate({"_target_": "builtins.int", "_args_": ["three"]})

    assert sentence(error.value) == "invalid literal for int() with base 10: 'three'"


def test_an_object_that_could_not_be_found_says_so() -> None:
    error = InstantiationException("Error locating\ntarget 'x'")

    assert sentence(error) == "Error locating target 'x'"


def test_a_key_that_does_not_exist_says_the_nearest_one(configurations: Path) -> None:
    with (
        initialize_config_dir(str(configurations), version_base="1.3"),
        pytest.raises(ConfigCompositionException) as error,
    ):
        compose("train", overrides=["rnn.layer=2"])

    assert isinstance(error.value.__cause__, ConfigAttributeError)
    assert sentence(error.value) == (
        "Could not override rnn.layer: there is no such key; did you mean layers? (a new one: "
        "+KEY=…)"
    )


def test_a_list_and_a_group_of_values_are_told_apart(configurations: Path) -> None:
    (configurations / "train.yaml").write_text("trust: []\nlayer: {size: 1}\n")
    for override, message in (
        ("trust={a: 1}", "trust must be a list: Error merging override trust={a: 1}"),
        ("layer=[1]", "layer must be a group of values: Error merging override layer=[1]"),
    ):
        with (
            initialize_config_dir(str(configurations), version_base="1.3"),
            pytest.raises(ConfigCompositionException) as error,
        ):
            compose("train", overrides=[override])
        assert sentence(error.value) == message


def test_a_choice_that_does_not_exist_says_the_choices_and_no_search_path(
    configurations: Path,
) -> None:
    with (
        initialize_config_dir(str(configurations), version_base="1.3"),
        pytest.raises(MissingConfigException) as error,
    ):
        compose("train", overrides=["rnn=lstm"])

    assert "Config search path" in str(error.value)
    assert sentence(error.value).endswith(
        "Could not find 'rnn/lstm' Available options in 'rnn': elman"
    )


@pytest.mark.parametrize("exit_code", [1, 2])
@pytest.mark.parametrize(
    "error_type", [ValueError, TypeError, FileNotFoundError, HydraException, OmegaConfBaseException]
)
def test_an_error_that_has_to_do_with_input_ends_the_program_with_one_line(
    capsys: pytest.CaptureFixture[str], error_type: type[Exception], exit_code: int
) -> None:
    with pytest.raises(SystemExit) as ended, one_clear_sentence(exit_code):
        raise error_type("data.batch_size\nmust be an int")

    assert ended.value.code == exit_code
    assert capsys.readouterr() == ("", "error: data.batch_size must be an int\n")


def test_a_training_that_has_diverged_has_an_exit_code_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended, one_clear_sentence(exit_code=1):
        raise DivergenceError("training diverged at step 2", "lower the rate", halvings=0)

    assert ended.value.code == 3
    assert capsys.readouterr() == ("", "error: training diverged at step 2; lower the rate\n")


@pytest.mark.parametrize("error_type", [RuntimeError, KeyError, AssertionError, KeyboardInterrupt])
def test_any_other_error_keeps_its_traceback(
    capsys: pytest.CaptureFixture[str], error_type: type[BaseException]
) -> None:
    with pytest.raises(error_type, match="a fault"), one_clear_sentence(exit_code=1):
        raise error_type("a fault")

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("error_type", [ValueError, HydraException, RuntimeError])
def test_when_debugging_every_error_keeps_its_traceback(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error_type: type[Exception],
) -> None:
    monkeypatch.setattr("sys.argv", ["train.py", "seed=1", "debug=one_batch"])

    with pytest.raises(error_type, match="a fault"), one_clear_sentence(exit_code=1):
        raise error_type("a fault")

    assert capsys.readouterr() == ("", "")


def test_where_all_goes_well_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with one_clear_sentence(exit_code=1):
        print("done")

    assert capsys.readouterr() == ("done\n", "")


def test_a_missing_sweeper_names_its_extra() -> None:
    error = HydraException("In 'hydra/config': Could not find 'hydra/sweeper/optuna'\n\nAvailable")
    assert sentence(error) == "sweep: Optuna is not installed: pip install 'elman[sweep]'"


@pytest.mark.parametrize("error", [ValueError("the rate\nis negative"), KeyError("x")])
def test_a_failure_in_a_sweep_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    with pytest.raises(type(error)), failure_noted(tmp_path):
        raise error
    text = sentence(error)
    assert (tmp_path / FAILURE).read_text() == f"{text}\n"
    printed = capsys.readouterr().err
    assert printed.endswith(f"error: {text}\n")
    assert ("Traceback" in printed) == isinstance(error, KeyError)


def test_a_message_with_a_very_long_value_is_shortened() -> None:
    message = sentence(ValueError(f"the name {'x' * 10**6} is unknown"))
    assert message.startswith("the name xxx")
    assert message.endswith("xxx is unknown")
    assert len(message) < 1010
