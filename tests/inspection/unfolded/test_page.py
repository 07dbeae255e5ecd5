"""What `scripts/inspect.py` does with a trained run."""

import json
import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.inspection.unfolded.page import Inspect, in_words, inspect_network
from elman.training.runs.folder import GRADIENT_FLOW, GRADIENT_FLOW_PAGE
from elman.training.train import train

Compose = Callable[..., DictConfig]
Inspected = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def run(composed: Compose, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model that has recorded its gradients at two validations."""
    folder = tmp_path_factory.mktemp("run")
    book = folder / "book.txt"
    book.write_text("".join(f"{n} green bottles,\n" for n in range(99, 0, -1)), encoding="utf-8")
    train(
        composed(
            "train",
            "callbacks=[language,gradient_flow]",
            f"output_dir={folder}",
            f"data.path={book}",
            "data.batch_size=4",
            "data.chunk_length=12",
            "network.embedding_size=4",
            "network.hidden_size=6",
            "callbacks.samples.length=3",
            "trainer.max_epochs=1",
            "trainer.log_every_n_steps=2",
            "trainer.val_check_interval=0.5",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            "logger=none",
        )
    )
    return folder


@pytest.fixture
def inspect(composed: Compose, run: Path, tmp_path: Path) -> Inspected:
    """Inspects the run with overrides of the script's configuration; returns the page's data."""

    def inspect_run(*overrides: str) -> dict[str, Any]:
        page = tmp_path / "page.html"
        inspect_network(
            read_values(
                Inspect, composed("inspect", f"checkpoint={run}", f"output={page}", *overrides)
            )
        )
        text = page.read_text(encoding="utf-8")
        data: dict[str, Any] = json.loads(text.split('id="data">')[1].split("</script>")[0])
        return data

    return inspect_run


def test_the_page_lies_in_the_folder_of_the_run(
    composed: Compose, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inspect_network(read_values(Inspect, composed("inspect", f"checkpoint={run}")))
    printed = capsys.readouterr().out
    assert re.match(r"LanguageModel after \d+ steps of training\. Validation example 0 ", printed)
    assert re.search(r"\nrnn, layer 1: It looks \d+ time steps? back: 95 % of", printed)
    assert f"\n  page  {run / GRADIENT_FLOW_PAGE}\n" in printed
    page = (run / GRADIENT_FLOW_PAGE).read_text(encoding="utf-8")
    assert page.count("<script") == 2
    assert not re.search(r'(src|href)="(?!#)', page)  # no other file


def test_the_shown_example_and_the_stages_of_its_training(inspect: Inspected, run: Path) -> None:
    data = inspect("example=1")
    [cell] = data["cells"]
    assert len(cell["tokens"]) == 12
    assert [prediction["target"] for prediction in cell["predictions"]][:-1] == cell["tokens"][1:]
    for prediction, cost in zip(cell["predictions"], cell["costs"], strict=True):
        assert cost["C"] == pytest.approx(-math.log(prediction["p"]), rel=1e-12)
    files = sorted((run / GRADIENT_FLOW).glob("*.npz"))
    assert [stage["step"] for stage in data["stages"]] == [int(file.stem) for file in files]
    assert len(files) == 3
    for file, stage in zip(files, data["stages"], strict=True):
        G = np.load(file)["rnn.cells.0.G"]
        np.testing.assert_allclose(stage["cells"][0]["G"], G[..., 0], rtol=1e-4)


def test_the_cost_is_the_average_of_the_costs(inspect: Inspected, tmp_path: Path) -> None:
    [cell] = inspect("text='9 green bottles,'")["cells"]
    assert "".join(cell["tokens"]) == "9␣green␣bottles"
    costs = [cost["C"] for cost in cell["costs"]]
    assert all(0.5 < C < 5 for C in costs)  # of about 20 characters after a few steps, in nats
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"C = {np.mean(costs):.4g} is the average of the costs Cₜ of the 15 time steps" in page
    np.testing.assert_allclose(cell["gradient"], cell["backpropagated"], rtol=1e-7, atol=1e-15)


def test_the_cost_in_words() -> None:
    parts = torch.tensor([0.25, 0.5, 0.75])
    assert in_words(parts).startswith("C = 1.5 is the average of the costs Cₜ of the 3 time steps.")
    assert "are those of Cₛ/3, the share of each cost" in in_words(parts)
    assert in_words(parts[:1], 0.1) == "The cost is C = 0.25. The costs have label smoothing 0.1."


def test_the_last_steps_of_a_long_text(
    inspect: Inspected, capsys: pytest.CaptureFixture[str]
) -> None:
    [cell] = inspect("text='12 green bottles,'", "steps=5")["cells"]
    assert cell["tokens"] == [*"ttles"]
    assert cell["times"] == [12, 13, 14, 15, 16]
    assert (
        ". The text that was given, the last 5 of its 16 time steps.\n" in capsys.readouterr().out
    )


def test_a_text_of_digits_and_a_new_folder(composed: Compose, run: Path, tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    inspect_network(
        read_values(
            Inspect, composed("inspect", f"checkpoint={run}", "text=2468", f"output={page}")
        )
    )
    assert "The text that was given." in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("steps=1", "steps must be from 2 to 200, got 1"),
        ("steps=201", "steps must be from 2 to 200, got 201"),
        ("example=99", "example must be from 0 to "),
        ("text=no", "text must have at least 3 characters"),
        ("text=QQQQ", "text: it has characters 'Q' not among"),
    ],
)
def test_bad_input_is_refused(inspect: Inspected, override: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inspect(override)


def test_a_damaged_record_is_refused(composed: Compose, run: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run, tmp_path / "copy")
    (copy / GRADIENT_FLOW / "00000007.npz").write_bytes(b"PK no")
    with pytest.raises(ValueError, match=r"00000007\.npz is damaged or holds no gradients"):
        inspect_network(read_values(Inspect, composed("inspect", f"checkpoint={copy}")))
    (copy / GRADIENT_FLOW / "00000007.npz").unlink()
    np.savez(copy / GRADIENT_FLOW / "00000007.npz", other=np.zeros(2))
    with pytest.raises(ValueError, match=r"00000007\.npz is damaged or holds no gradients"):
        inspect_network(read_values(Inspect, composed("inspect", f"checkpoint={copy}")))


def test_a_network_without_recurrence_is_refused(
    composed: Compose, on_pictures: Compose, tmp_path: Path
) -> None:
    train(on_pictures("experiment=digits_feedforward", "trainer.max_epochs=1", "logger=none"))
    with pytest.raises(ValueError, match=r"a recurrent layer.* FeedforwardNetwork has none"):
        inspect_network(read_values(Inspect, composed("inspect", f"checkpoint={tmp_path / 'run'}")))
    with pytest.raises(ValueError, match=r"text: the network was trained on .* no language model"):
        inspect_network(
            read_values(Inspect, composed("inspect", f"checkpoint={tmp_path / 'run'}", "text=abc"))
        )
