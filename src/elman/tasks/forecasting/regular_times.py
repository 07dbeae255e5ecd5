"""Values at irregular or missing times, brought to a fixed time step."""

import pandas as pd

from elman.data.bad_lines import BadLines


def check_order(times: pd.Series, source: str) -> None:
    """Checks that most times are later than all before them.

    Args:
        times: by the number of their line.
        source: the name of the file, for messages.

    Raises:
        ValueError: they run backward, or in no order.
    """
    late = times <= times.cummax().shift()
    if late.sum() * 2 > len(times):
        line = late.idxmax()
        raise ValueError(
            f"data: {source}, line {line}: {times[line]} is not later than the time before it, as "
            f"in {late.sum():,} of {len(times):,} lines; sort the lines by time, the earliest first"
        )


def check_steps(times: pd.Series, source: str) -> None:
    """Checks that at least half of the time steps are equal.

    Args:
        times: ascending, by the number of their line.
        source: the name of the file, for messages.

    Raises:
        ValueError: they are not, such as where a clock is a few seconds early or late.
    """
    steps = times.diff().dropna()
    if steps.value_counts().max() * 2 >= len(steps):
        return
    usual = steps.median()
    deviation = (steps / usual - (steps / usual).round()).abs()  # a gap is no deviation
    line = deviation.idxmax()
    raise ValueError(
        f"data: {source}, line {line}: {times[line]} is {steps[line].to_pytimedelta()} after the "
        f"time before it, the largest deviation from the usual {usual.to_pytimedelta()}; most time "
        "steps differ, so round the times, or resample the values, to a fixed time step"
    )


def at_regular_times(table: pd.DataFrame, source: str, bad: BadLines) -> pd.Series:
    """The values with a fixed frequency, the most common time step; NaN where one is missing."""
    times = table["time"]
    check_steps(times, source)
    start, end, steps = times.iloc[0], times.iloc[-1], times.diff()
    step = steps.mode().iloc[0]
    length = (end - start) // step + 1
    if length > 2 * len(table):
        raise ValueError(
            f"data: {source} has {len(table)} values, but one every {step.to_pytimedelta()} from "
            f"{start} to {end} would be {length}; the time steps must be regular"
        )
    irregular = times.index[steps.notna() & (steps != step)]
    if bad.on_bad == "error" and len(irregular):
        line = irregular[0]
        raise ValueError(
            f"data: {source}, line {line}: {times[line]} is {steps[line].to_pytimedelta()} after "
            f"the time before it, but the time step of the series is {step.to_pytimedelta()} "
            "(data.on_bad=skip leaves a gap)"
        )
    on_grid = (times - start) % step == pd.Timedelta(0)
    for line in times.index[~on_grid]:
        bad.report(
            line, f"{times[line]} is not a multiple of {step.to_pytimedelta()} after {start}"
        )
    return table[on_grid].set_index("time")["value"].asfreq(step)
