from elman.comparison.first_call import first_calls


def test_what_is_compiled_once_is_there_at_once() -> None:
    cold, warm = first_calls()
    assert 0 < warm < cold
