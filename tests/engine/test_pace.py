"""How many threads a step gets: by what was faster of late, and never for any number."""

import pytest

from chainrule.engine.pace import LEAST_TRIAL, TRIALS, TRIALS_BETWEEN, WORTH_ALL_THREADS, Pace

WORK = 1 << 24


def run(pace, steps, seconds):
    """Take steps by a pace where a step takes so long with so many threads; return who took how many."""
    taken = []
    while steps:
        threads, count = pace.next(steps)
        pace.took(threads, count, seconds[threads] * count)
        taken.append((threads, count))
        steps -= count
    return taken


@pytest.mark.parametrize(("seconds", "best"), [({2: 1.0, 1: 1.8}, 2), ({2: 3.0, 1: 1.8}, 1)])
def test_it_tries_both_twice_and_settles_on_the_faster(seconds, best):
    taken = run(Pace(2, WORK), 100, seconds)
    assert taken[: 2 * TRIALS] == [(2, LEAST_TRIAL), (1, LEAST_TRIAL)] * TRIALS
    assert taken[2 * TRIALS :] == [(best, 100 - 2 * TRIALS * LEAST_TRIAL)]


def test_it_looks_again_and_changes_its_mind_after_two_looks():
    pace = Pace(2, WORK)
    run(pace, 8, {2: 1.0, 1: 2.0})
    for _ in range(2):  # the best of the last two trials counts: one slow trial may be somebody else's doing
        run(pace, TRIALS_BETWEEN * LEAST_TRIAL, {2: 9.0, 1: 2.0})
        run(pace, 2 * LEAST_TRIAL, {2: 9.0, 1: 2.0})
    assert pace.next(50) == (1, 50)


def test_one_slow_trial_does_not_count():
    pace = Pace(2, WORK)
    for seconds in (9.0, 2.0, 1.0, 2.0):
        threads, count = pace.next(100)
        pace.took(threads, count, seconds * count)
    assert pace.next(100)[0] == 2


@pytest.mark.parametrize("pace", [Pace(1, WORK), Pace(2, WORTH_ALL_THREADS)])
def test_nothing_is_tried_where_there_is_no_choice_or_a_step_is_long(pace):
    assert run(pace, 50, {1: 5.0, 2: 5.0}) == [(pace.most, 50)]


def test_a_trial_of_short_steps_has_more_of_them():
    assert Pace(4, 1 << 15).next(10_000) == (4, 1024)
