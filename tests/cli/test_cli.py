import io
import logging
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import (
    ConfigCompositionException,
    HydraException,
    InstantiationException,
    MissingConfigException,
)
from hydra.utils import instantiate
from omegaconf import OmegaConf
from omegaconf.errors import ConfigAttributeError, OmegaConfBaseException

from elman.cli.errors import one_clear_sentence, sentence
from elman.cli.overrides import with_stored_overrides, with_text_quoted
from elman.cli.print_handler import PrintHandler


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


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run that was started with overrides of every kind."""
    folder = tmp_path / "outputs" / "a run"
    folder.mkdir(parents=True)
    overrides = ["optimizer=sgd", "optimizer.lr=0.1", "~scheduler", "+trainer.limit=5", "seed=3"]
    OmegaConf.save(OmegaConf.create(overrides), folder / "overrides.yaml")
    return folder


@pytest.mark.parametrize("error_type", [ValueError, OSError, HydraException])
def test_an_error_says_its_message(error_type: type[Exception]) -> None:
    assert sentence(error_type("data.path: there is no file x")) == "data.path: there is no file x"


def test_an_error_of_many_lines_becomes_one_line() -> None:
    assert sentence(ValueError("one\n\n    two \t three\n")) == "one two three"


def test_an_object_that_could_not_be_made_says_why_and_not_that() -> None:
    with pytest.raises(InstantiationException) as error:
        instantiate({"_target_": "builtins.int", "_args_": ["three"]})

    assert sentence(error.value) == "invalid literal for int() with base 10: 'three'"


def test_an_object_that_could_not_be_found_says_so() -> None:
    error = InstantiationException("Error locating\ntarget 'x'")

    assert sentence(error) == "Error locating target 'x'"


def test_a_key_that_does_not_exist_says_what_omegaconf_says_too(configurations: Path) -> None:
    with (
        initialize_config_dir(str(configurations), version_base="1.3"),
        pytest.raises(ConfigCompositionException) as error,
    ):
        compose("train", overrides=["rnn.layer=2"])

    assert isinstance(error.value.__cause__, ConfigAttributeError)
    text = sentence(error.value)
    assert text.startswith("Could not override 'rnn.layer'.")
    assert text.endswith("Key 'layer' is not in struct"), "only the first line of the cause"
    assert "\n" not in text


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


@pytest.mark.parametrize("arguments", [[], ["seed=1", "+resume_hint=x", "checkpoint=run"]])
def test_arguments_without_resume_stay_as_they_are(arguments: list[str]) -> None:
    assert with_stored_overrides(list(arguments)) == arguments


def test_a_resumed_run_gets_its_stored_overrides_and_its_folder(run: Path) -> None:
    assert with_stored_overrides([f"resume={run}", "trainer.max_epochs=6"]) == [
        "optimizer=sgd",
        "optimizer.lr=0.1",
        "~scheduler",
        "+trainer.limit=5",
        "seed=3",
        "trainer.max_epochs=6",
        f"resume='{run}'",
        f"hydra.run.dir='{run}'",
    ]


@pytest.mark.parametrize(
    ("given", "replaced"),
    [
        ("seed=4", "seed=3"),
        ("++seed=4", "seed=3"),
        ("~seed", "seed=3"),
        ("+trainer.limit=6", "+trainer.limit=5"),
        ("++trainer.limit=6", "+trainer.limit=5"),
        ("~trainer.limit", "+trainer.limit=5"),
        ("scheduler=warmup_cosine", "~scheduler"),
        ("+scheduler=warmup_cosine", "~scheduler"),
        ("optimizer=adam", "optimizer=sgd"),
        ("optimizer.lr=a=b", "optimizer.lr=0.1"),
    ],
)
def test_an_argument_given_now_replaces_the_stored_one_for_the_same_key_alone(
    run: Path, given: str, replaced: str
) -> None:
    stored = with_stored_overrides([f"resume={run}"])[:-2]

    merged = with_stored_overrides([given, f"resume={run}"])

    assert replaced in stored
    assert merged == [
        *(override for override in stored if override != replaced),
        given,
        f"resume='{run}'",
        f"hydra.run.dir='{run}'",
    ]


def test_a_run_resumed_before_is_not_sent_back_to_where_it_came_from(run: Path) -> None:
    overrides = ["resume=/an/earlier/run", "seed=3"]
    OmegaConf.save(OmegaConf.create(overrides), run / "overrides.yaml")

    assert with_stored_overrides([f"resume={run}"]) == [
        "seed=3",
        f"resume='{run}'",
        f"hydra.run.dir='{run}'",
    ]


def test_no_run_to_resume_changes_nothing() -> None:
    assert with_stored_overrides(["resume=null", "seed=3"]) == ["resume=null", "seed=3"]


def test_interpolations_are_stored_as_they_were_written(run: Path) -> None:
    (run / "overrides.yaml").write_text("- optimizer.lr=${scheduler.warmup}\n")

    assert with_stored_overrides([f"resume={run}"])[0] == "optimizer.lr=${scheduler.warmup}"


def test_a_folder_that_is_missing_or_of_no_run_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(
            FileNotFoundError, match=f"^resume: {folder} is not the folder of a run"
        ):
            with_stored_overrides([f"resume={folder}"])


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


@pytest.mark.parametrize("value", ["Ωmega", "What's this?", "my book (2).txt", "a=b", "O!"])
def test_a_value_that_hydra_cannot_read_is_text(value: str) -> None:
    [argument] = with_text_quoted([f"prompt={value}"])
    assert OverridesParser.create().parse_override(argument).value() == value


@pytest.mark.parametrize("value", ["Null", "one, two", "[three]", "4", "true", "", "${seed}x"])
def test_a_text_is_no_other_value(value: str) -> None:
    for key in ("text", "prompt", "audio", "image"):
        [argument] = with_text_quoted([f"{key}={value}"])
        assert OverridesParser.create().parse_override(argument).value() == value
        assert with_text_quoted([argument]) == [argument]


@pytest.mark.parametrize("argument", ["checkpoint=a/b", "-m", "~scheduler", "x=[1,2]", "lr=1,2"])
def test_what_hydra_can_read_is_left_as_it_is(argument: str) -> None:
    assert with_text_quoted([argument]) == [argument]
