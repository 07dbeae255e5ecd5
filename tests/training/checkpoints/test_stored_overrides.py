"""The overrides in the folder of a run, which may come from a stranger."""

import re
from pathlib import Path

import pytest

from elman.cli.overrides import for_hydra
from elman.training.checkpoints.stored_overrides import check_harmless, read_overrides


def test_the_texts_are_as_they_stand_in_the_file(tmp_path: Path) -> None:
    lines = ["- seed=1", "- '+a=\"it''s\"'", "- output_dir=${hydra:runtime.output_dir}", "- 5"]
    (tmp_path / "overrides.yaml").write_text("\n".join(lines))
    given = read_overrides(tmp_path / "overrides.yaml")
    assert given == ["seed=1", '+a="it\'s"', "output_dir=${hydra:runtime.output_dir}", "5"]


LAUGHS = "- &a [ha, ha]\n- &b [*a, *a, *a, *a]\n- &c [*b, *b, *b, *b]\n"
MERGES = "a: &a {x: 1}\nb: &b\n  <<: [*a, *a, *a]\n"


@pytest.mark.parametrize(
    "content",
    [
        "seed=1",
        "seed: 1",
        "",
        "- [seed=1]",
        "- &a\n  - *a",
        "[" * 5000,
        LAUGHS,
        MERGES,
        "\t- a=1",
        "- \0",
    ],
)
def test_a_file_that_is_no_list_of_texts(tmp_path: Path, content: str) -> None:
    (tmp_path / "overrides.yaml").write_text(content)
    with pytest.raises(ValueError, match=r"^resume: .*overrides\.yaml is damaged: it must be a"):
        for_hydra([f"resume={tmp_path}"])


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("+callbacks.x._target_=os.system", "builds 'os.system'"),
        ("+callbacks.x={_target_:os.system,command:ls}", "builds 'os.system'"),
        ("+callbacks={a:[{b:{_target_:torch.load}}]}", "builds 'torch.load'"),
        ("optimizer._target_=torch.optim.optimizer.os.system", "builds 'torch.optim.optim"),
        ("+hydra.callbacks.x._target_=elman.data.fetch.fetch", "builds 'elman.data.fetch.fetch'"),
        ("+callbacks.x='${oc.create:{_target_:os.mkdir}}'", "makes a configuration from a text"),
        ("hydra.searchpath=[file://RUN/conf]", "adds configurations from the run's own folder"),
    ],
)
def test_overrides_that_could_run_code(tmp_path: Path, override: str, reason: str) -> None:
    override = override.replace("RUN", str(tmp_path))
    with pytest.raises(ValueError, match=re.escape(reason)):
        check_harmless(tmp_path, ["seed=1", override])


def test_overrides_of_usual_trainings_are_harmless(tmp_path: Path) -> None:
    check_harmless(
        tmp_path,
        [
            "seed=1",
            "~callbacks.progress",
            "optimizer._target_=torch.optim.SGD",
            "rnn.init_V={_target_:elman.layers.initialization.spectral_radius,_partial_:true}",
            "+callbacks.x={_target_:lightning.pytorch.callbacks.EarlyStopping,monitor:bpc}",
            "hydra.searchpath=[file:///home/me/my_conf]",
            "data.path=${oc.env:HOME}/book.txt",
        ],
    )


def test_the_user_may_give_such_an_override_again(tmp_path: Path) -> None:
    override = "optimizer._target_=mylib.Optimizer"
    (tmp_path / "overrides.yaml").write_text(f"- {override}")
    with pytest.raises(ValueError, match=r"resume: .*'optimizer._target_=mylib.Optimizer' builds"):
        for_hydra([f"resume={tmp_path}"])
    assert override in for_hydra([f"resume={tmp_path}", override])
