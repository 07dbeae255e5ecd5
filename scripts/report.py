"""Compares the results of finished trainings: `python scripts/report.py runs=FOLDER`."""

from pathlib import Path

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("report")
def main(config: DictConfig) -> None:
    """Prints the table and draws the plots."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.training.runs.sweep import Report, report

    values = read_values(Report, config)
    report([Path(run) for run in values.runs], Path(values.output_dir))


if __name__ == "__main__":
    main()
