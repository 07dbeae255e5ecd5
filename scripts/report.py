"""Compares the results of finished trainings: `python scripts/report.py runs=FOLDER`."""

from pathlib import Path

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("report")
def main(config: DictConfig) -> None:
    """Prints the table and draws the plots."""
    from elman.training.sweep import report  # not needed for --help, which must be quick

    runs = [config.runs] if isinstance(config.runs, str) else config.runs
    report([Path(run) for run in runs], Path(config.output_dir))


if __name__ == "__main__":
    main()
