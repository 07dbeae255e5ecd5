import os
import signal
import threading

from elman.training.processes.signals import SAME, SIGNALS, EndSignals, taken_signals


def raised(signals: EndSignals, *numbers: int, pause: float = 0.0) -> None:
    with signals.taken():
        for number in numbers:
            os.kill(os.getpid(), number)
            signals._time -= pause  # as if so many seconds had passed


def test_only_the_first_signal_counts_if_another_follows_at_once() -> None:
    called: list[str] = []
    signals = EndSignals(lambda: called.append("first"))
    raised(signals, signal.SIGTERM, signal.SIGTERM, signal.SIGINT)
    assert called == ["first"]
    assert signals.received == signal.SIGTERM


def test_a_later_signal_ends_the_program_at_once() -> None:
    if (child := os.fork()) == 0:
        signals = EndSignals(lambda: None)
        raised(signals, signal.SIGTERM, signal.SIGINT, pause=SAME + 1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 128 + signal.SIGINT


def test_handlers_are_restored_and_ignored_signals_stay_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        signals = EndSignals(lambda: None)
        interrupt = signal.getsignal(signal.SIGINT)
        with signals.taken():
            assert signal.getsignal(signal.SIGINT) == signals._handle
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            signal.signal(signal.SIGINT, interrupt)  # a library takes it
            signals.take()
            assert signal.getsignal(signal.SIGINT) == signals._handle
        assert signal.getsignal(signal.SIGINT) is interrupt
    finally:
        signal.signal(signal.SIGHUP, before)


def test_only_the_main_thread_takes_signals() -> None:
    taken: list[list[signal.Signals]] = []
    thread = threading.Thread(target=lambda: taken.append(taken_signals()))
    thread.start()
    thread.join()
    assert taken == [[]]
    assert taken_signals() == SIGNALS
