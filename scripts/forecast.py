"""Forecasts a series after its end: `python scripts/forecast.py checkpoint=outputs/train/RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("forecast")
def main(config: DictConfig) -> None:
    """Prints and writes the forecast."""
    from elman.tasks.forecasting.forecast import (
        forecast,
    )  # not needed for --help, which must be quick

    forecast(config)


if __name__ == "__main__":
    main()
