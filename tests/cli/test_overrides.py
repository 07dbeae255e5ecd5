from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from elman.cli.overrides import (
    for_hydra,
    with_any_trainer_value,
    with_stored_overrides,
    with_text_quoted,
)
from elman.training.runs.folder import LAST, OVERRIDES


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run that was started with overrides of every kind."""
    folder = tmp_path / "outputs" / "a run"
    folder.mkdir(parents=True)
    overrides = ["optimizer=sgd", "optimizer.lr=0.1", "~scheduler", "+trainer.limit=5", "seed=3"]
    OmegaConf.save(OmegaConf.create(overrides), folder / "overrides.yaml")
    return folder


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


def test_a_run_is_resumed_from_one_of_its_checkpoints(run: Path) -> None:
    file = run / "checkpoints" / "best.ckpt"
    arguments = with_stored_overrides([f"resume={file}"])
    assert arguments[-2:] == [f"resume='{file}'", f"hydra.run.dir='{run}'"]


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


@pytest.mark.parametrize(
    ("typed", "for_hydra"),
    [
        ("trainer.limit_train_batches=2", "++trainer.limit_train_batches=2"),
        ("+trainer.limit_train_batches=2", "++trainer.limit_train_batches=2"),
        ("++trainer.max_epochs=1", "++trainer.max_epochs=1"),
        ("trainer=gpu", "trainer=gpu"),
        ("~trainer.precision", "~trainer.precision"),
        ("seed=1", "seed=1"),
    ],
)
def test_any_argument_of_the_trainer_can_be_typed(typed: str, for_hydra: str) -> None:
    assert with_any_trainer_value([typed]) == [for_hydra]


@pytest.fixture
def torchrun(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The environment of a process that torchrun has started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "job")
    monkeypatch.setenv("TORCHELASTIC_MAX_RESTARTS", "0")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    monkeypatch.setenv("GROUP_WORLD_SIZE", "2")
    return monkeypatch


@pytest.mark.usefixtures("torchrun")
def test_torchrun_names_the_folder_and_counts_the_processes() -> None:
    assert for_hydra(["seed=1"]) == [
        "seed=1",
        "++trainer.devices=4",
        "++trainer.num_nodes=2",
        "hydra.run.dir='outputs/train/job'",
    ]
    own = for_hydra(["trainer.devices=3", "hydra.run.dir='my run'"])
    assert own == ["++trainer.devices=3", "++trainer.num_nodes=2", "hydra.run.dir='my run'"]


@pytest.mark.usefixtures("torchrun")
@pytest.mark.parametrize("given", [[], ["hydra.run.dir=outputs/train/job"]])
def test_torchrun_goes_on_with_the_run(tmp_path: Path, given: list[str]) -> None:
    run = tmp_path / "outputs/train/job"
    (run / "checkpoints").mkdir(parents=True)
    (run / LAST).touch()
    OmegaConf.save(["seed=3", "trainer.devices=8"], run / OVERRIDES)
    arguments = for_hydra(["seed=3", *given])
    assert "resume='outputs/train/job'" in arguments
    assert "hydra.run.dir='outputs/train/job'" in arguments
    assert "++trainer.devices=4" in arguments
    assert "++trainer.devices=8" not in arguments


@pytest.mark.parametrize(
    ("variable", "value", "arguments", "message"),
    [
        ("TORCHELASTIC_RUN_ID", "none", [], "the job needs a name"),
        ("TORCHELASTIC_RUN_ID", "job", ["-m", "seed=0,1"], "leave out torchrun"),
        ("TORCHELASTIC_MAX_RESTARTS", "2", [], "TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1"),
    ],
)
def test_what_torchrun_cannot_do(
    torchrun: pytest.MonkeyPatch, variable: str, value: str, arguments: list[str], message: str
) -> None:
    torchrun.setenv(variable, value)
    with pytest.raises(ValueError, match=message):
        for_hydra(arguments)
