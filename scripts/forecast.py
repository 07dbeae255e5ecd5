"""Forecasts a series after its end: `python scripts/forecast.py checkpoint=outputs/train/RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("forecast")
def main(config: DictConfig) -> None:
    """Prints and writes the forecast."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.tasks.forecasting.forecast import Forecast, forecast

    forecast(read_values(Forecast, config))


if __name__ == "__main__":
    main()
