"""The scripts as people run them: from the repository's root, in a process of their own."""

import html
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import OmegaConf

ROOT = Path(__file__).parents[2]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(book: Path, tmp_path: Path) -> Run:
    """Runs `python scripts/NAME.py ARGUMENTS…`; `train` on the small text, in `tmp_path/run`."""
    small = [
        f"data.path={book}",
        f"hydra.run.dir={tmp_path / 'run'}",
        "data.batch_size=4",
        "data.chunk_length=18",
        "network.embedding_size=8",
        "network.hidden_size=16",
        "callbacks.samples.length=10",
        "trainer.max_epochs=1",
    ]

    def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        given = {argument.split("=")[0] for argument in arguments}
        defaults = [option for option in small if option.split("=")[0] not in given]
        if name != "train" or "resume" in given or "--help" in given:
            defaults = []
        return subprocess.run(
            [sys.executable, f"scripts/{name}.py", *defaults, *arguments],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=300,
        )

    return run


def test_train_evaluate_generate_resume(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    trained = run("train", "seed=3")
    assert trained.returncode == 0, trained.stderr
    assert "Traceback" not in trained.stderr
    [told] = [line for line in trained.stdout.splitlines() if line.startswith("Test: ")]
    assert (folder / "train.log").read_text().count(told) == 1

    evaluated = run("evaluate", f"checkpoint={folder}")
    assert evaluated.returncode == 0, evaluated.stderr
    assert told.split(" on ")[0] in evaluated.stdout

    written = run("generate", f"checkpoint={folder}", "prompt=green bottles,", "length=20")
    assert written.returncode == 0, written.stderr
    assert written.stdout.startswith("green bottles,")
    assert len(written.stdout) == len("green bottles,") + 20 + len("\n")

    resumed = run("train", f"resume={folder}", "trainer.max_epochs=2")
    assert resumed.returncode == 0, resumed.stderr
    refused = run("train", f"resume={folder}", "network.hidden_size=17", "trainer.max_epochs=3")
    assert "resume: network.hidden_size was 16 and is 17 now" in refused.stderr
    again = run("train", f"resume={folder}")  # as if nobody had asked for that
    assert again.returncode == 0, again.stderr
    config = OmegaConf.load(folder / "config.yaml")
    assert (config.seed, config.trainer.max_epochs) == (3, 2)  # what was given then, and now
    assert config.network.hidden_size == 16


def test_a_terminal_that_cannot_show_a_character(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = tmp_path / "faces.txt"
    faces.write_text("🙂α" * 2000, encoding="utf-8")
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    trained = run("train", f"data.path={faces}")
    assert trained.returncode == 0, trained.stderr
    assert "????" in trained.stdout
    assert "🙂α" in (tmp_path / "run" / "train.log").read_text(encoding="utf-8")
    written = run("generate", f"checkpoint={tmp_path / 'run'}", "prompt=🙂", "length=3")
    assert (written.returncode, written.stdout, written.stderr) == (0, "????\n", "")


@pytest.mark.parametrize(
    ("override", "exit_code", "message"),
    [
        (
            "network.hiden_size=3",
            2,
            "Could not override network.hiden_size: there is no such key; did you",
        ),
        ("rnn=ellman", 2, "Could not find 'rnn/ellman' Available options in 'rnn': elman"),
        ("data.path=missing.txt", 1, "data.path: there is no file missing.txt"),
    ],
)
def test_bad_input_ends_in_one_clear_sentence(
    run: Run, tmp_path: Path, override: str, exit_code: int, message: str
) -> None:
    failed = run("train", override)
    assert failed.returncode == exit_code
    assert message in failed.stderr
    assert failed.stderr.startswith("error: ")
    assert failed.stderr.count("\n") == 1
    assert not (tmp_path / "run" / "checkpoints").exists()


def test_debugging_shows_where_an_error_arose(run: Run) -> None:
    failed = run("train", "debug=one_batch", "network.hidden_size=0")
    assert failed.returncode == 1
    assert "Traceback" in failed.stderr
    assert "rnn_cell.py" in failed.stderr or "language_model.py" in failed.stderr


STUDENT = """
import torch

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return z ** 2

    @staticmethod
    def backward(ctx, da):
        return da * ctx.saved_tensors[0]

class Squares(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.b = torch.nn.Parameter(torch.ones(size))

    def forward(self, a):
        return Square.apply(a + self.b)
"""


def test_gradient_check(run: Run, tmp_path: Path) -> None:
    right = run("gradient_check", "network=sequence_classifier", "network.hidden_size=4")
    assert right.returncode == 0, right.stderr
    assert right.stderr == ""
    assert "rnn.cells.0.V   4 × 4" in right.stdout
    assert "SequenceClassifier: autograd and finite differences agree; " in right.stdout

    (tmp_path / "student.py").write_text(STUDENT)
    own = f"gradient_check.target={tmp_path}/student.py:Squares"
    wrong = run("gradient_check", own, "gradient_check.arguments=[3]", "gradient_check.input=[2,3]")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("error: Squares: the gradient of b[")
    assert "all by the factor 0.5, and so are entries of input a" in wrong.stderr
    assert wrong.stderr.count("\n") == 1
    assert wrong.stdout.count("wrong") == 6


@pytest.mark.parametrize("name", ["train", "generate"])
def test_help_is_written_for_a_person(run: Run, name: str) -> None:
    helped = run(name, "--help")
    assert helped.returncode == 0
    assert "Examples:" in helped.stdout
    assert f"python scripts/{name}.py" in helped.stdout


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    command = [sys.executable, "scripts/train.py", "--help"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as script:
        script.stdout.close()  # as `… | head` does
        assert script.stderr.read() == ""


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "scripts").glob("*.py")))
def test_every_script_has_its_help(name: str) -> None:
    assert f"override hydra/help: {name}\n" in (ROOT / "conf" / f"{name}.yaml").read_text()
    helped = OmegaConf.load(ROOT / "conf" / "hydra" / "help" / f"{name}.yaml")
    assert helped.app_name == name
    assert f"python scripts/{name}.py" in helped.footer


def test_two_processes_share_the_streams(run: Run, tmp_path: Path) -> None:
    two = ["trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2"]
    trained = run("train", *two, "training.look_back=40")
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout.count("Test: ") == 1
    checkpoint = torch.load(tmp_path / "run" / "checkpoints" / "last.ckpt", weights_only=True)
    for key in ("states", "earlier"):
        first, second = checkpoint[key]  # of each process's own streams
        assert not torch.equal(first, second)


def test_benchmark_training_prints_both_ratios(run: Run, tmp_path: Path) -> None:
    small = ["network.hidden_size=8", "data.batch_size=2", "data.chunk_length=3", "rounds=2"]
    timed = run("benchmark_training", *small, f"hydra.run.dir={tmp_path}")
    assert timed.returncode == 0, timed.stderr
    assert "torch.nn.RNN takes " in timed.stdout
    assert "Lightning and its logging cost " in timed.stdout


def test_benchmark_times_every_engine(run: Run, tmp_path: Path) -> None:
    timed = run("benchmark", "sizes=[[3,2,4,5]]", "rounds=2", f"hydra.run.dir={tmp_path}")
    assert timed.returncode == 0, timed.stderr
    [cell] = json.loads((tmp_path / "benchmark.json").read_text(encoding="utf-8"))["cells"]
    assert {"torch.nn.RNN", "elman auto", "elman compiled"} <= cell["train"].keys()


def test_compare_writes_a_report_and_tells_its_verdict(
    run: Run, book: Path, tmp_path: Path
) -> None:
    small = [f"data.path={book}", "data.batch_size=4", "data.chunk_length=18"]
    compared = run("compare", "compare=quick", *small, f"hydra.run.dir={tmp_path}")
    assert compared.returncode == 0, compared.stderr
    figures = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert list(figures["verdict"]) == [
        "Parity",
        "Training speed",
        "Inference speed",
        "Memory",
        "Learning",
        "Capabilities",
    ]
    assert figures["verdict"]["Parity"].startswith("Holds in all ")
    assert len(figures["distances"]) == 2 * (16 * 7 + 16 * 6)  # dtypes; tensors with and without b
    assert [list(speed["sizes"].values()) for speed in figures["speed"]] == [
        [100, 1, 64, 64],
        [35, 32, 128, 128],
    ]
    assert list(figures["scaling"]) == ["T", "B", "H"]
    assert len(figures["memory"]) == 2
    ours, theirs = (figures["learning"][which]["bpc"] for which in ("ours", "theirs"))
    assert ours[0] == pytest.approx(theirs[0], abs=1e-5)
    assert len(ours) == 50
    assert figures["capabilities"]
    for name in ("report.html", "report.md"):
        text = html.unescape((tmp_path / name).read_text(encoding="utf-8"))
        assert figures["verdict"]["Training speed"] in text
    for about, sentences in figures["verdict"].items():
        assert f"{about}: {sentences}\n" in compared.stdout
    assert str(tmp_path / "report.html") in compared.stdout


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("speed.rounds=1", "speed.rounds must be from 2 to 10000, got 1"),
        ("rnn=torch", "rnn must be elman"),
    ],
)
def test_compare_refuses_before_it_measures(
    run: Run, book: Path, tmp_path: Path, override: str, message: str
) -> None:
    small = [f"data.path={book}", "data.batch_size=4", "data.chunk_length=18"]
    refused = run("compare", *small, override, f"hydra.run.dir={tmp_path}")
    assert refused.returncode == 1
    assert message in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not list(tmp_path.glob("report.*"))


def test_two_processes_train_on_generated_sequences_as_one_does(tmp_path: Path) -> None:
    small = [
        "trainer.accelerator=cpu",
        "experiment=adding",
        "data.length=6",
        "data.batch_size=8",
        "data.batches=10",
        "data.validation=8",
        "data.test=20",
        "network.hidden_size=8",
        "logger=none",
    ]
    tests = []
    for name, processes in (("one", []), ("two", ["trainer=ddp", "trainer.devices=2"])):
        command = [sys.executable, "scripts/train.py", *small, *processes]
        subprocess.run([*command, f"hydra.run.dir={tmp_path / name}"], cwd=ROOT, check=True)
        result = json.loads((tmp_path / name / "result.json").read_text(encoding="utf-8"))
        tests.append(result["metrics"])
    one, two = tests
    assert two == pytest.approx(one, rel=1e-4)


def test_reproduce_names_a_failed_training(run: Run, tmp_path: Path) -> None:
    row = (
        "{task: sums, published: p, source: s, overrides: ['experiment=adding', 'data.length=1'], "
    )
    row += "criterion: 'mse < 1', minutes: 1}"
    one = ["only=[mine]", "seeds=[0]", "torch_seeds=[]", f"output_dir={tmp_path}"]
    failed = run("reproduce", f"+rows.mine={row}", *one)
    assert failed.returncode == 1, failed.stderr
    assert "data.length must be at least 2, got 1" in failed.stdout
    assert failed.stdout.rstrip().endswith("failed: mine, rnn=elman, seed=0")
