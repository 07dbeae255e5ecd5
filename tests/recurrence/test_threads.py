import threading
from collections.abc import Callable

import pytest

from elman.recurrence import threads
from elman.recurrence.threads import in_parallel


@pytest.fixture(params=["torch's own threads", "others"])
def _both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "others":
        monkeypatch.setattr(threads, "_openmp", lambda: None)


pytestmark = pytest.mark.usefixtures("_both")


@pytest.mark.parametrize("tasks", [1, 2, 5])
def test_each_task_is_called_once(tasks: int) -> None:
    called: list[int] = []

    def task(n: int) -> Callable[[], None]:
        return lambda: called.append(n)

    in_parallel([task(n) for n in range(tasks)])
    assert sorted(called) == list(range(tasks))


def test_two_tasks_are_under_way_at_a_time() -> None:
    both = threading.Barrier(2)
    in_parallel([lambda: both.wait(30), lambda: both.wait(30)])  # alone, each would wait in vain


@pytest.mark.parametrize("failing", [0, 1])
def test_an_exception_is_raised_wherever_it_arose(failing: int) -> None:
    def fail() -> None:
        raise ValueError("a task failed")

    tasks = [lambda: None, lambda: None]
    tasks[failing] = fail
    with pytest.raises(ValueError, match="a task failed"):
        in_parallel(tasks)
