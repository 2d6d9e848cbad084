"""When a fit stops, and how its rate falls."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.estimators.patience import Patience
from chainrule.estimators.rates import Adaptive, BySamples, Later
from chainrule.network.schedules import Cosine

LOSSES = st.lists(st.floats(0, 10), min_size=1, max_size=60)


def scikit_learns_count(losses, tol):
    """Return how many epochs in a row brought nothing, epoch by epoch, as scikit-learn counts them."""
    best, count, counts = np.inf, 0, []
    for loss in losses:
        count = count + 1 if loss > best - tol else 0
        best = min(best, loss)
        counts.append(count)
    return counts


@given(LOSSES, st.sampled_from([0.0, 1e-4, 0.5]))
def test_it_counts_as_scikit_learn_does(losses, tol):
    patience, counts = Patience(tol, epochs=10), []
    for loss in losses:
        patience.see(-loss)
        counts.append(patience.count)
    assert counts == scikit_learns_count(losses, tol)


@given(LOSSES, st.integers(1, 12))
def test_nothing_ends_before_it_could(losses, epochs):
    """Who looks only after `certain` epochs never comes too late."""
    patience = Patience(1e-4, epochs)
    place = 0
    while place < len(losses) and not patience.exhausted:
        some = losses[place : place + patience.certain]
        for number, loss in enumerate(some, start=1):
            patience.see(-loss)
            assert not patience.exhausted or number == patience.certain or number == len(some)
        place += len(some)


def test_nan_is_never_better():
    patience = Patience(0.0, 2)
    for value in (1.0, np.nan, np.nan, np.nan):
        patience.see(value)
    assert patience.exhausted
    assert patience.best == 1.0


def test_an_adaptive_rate_falls_by_5_from_an_epoch_on():
    rate = Adaptive(before=5.0).fallen(3).fallen(7)
    assert [rate.factor(epoch, 10) for epoch in (0, 2.9, 3, 7, 9)] == pytest.approx(
        [0.2, 0.2, 0.04, 0.008, 0.008]
    )


def test_a_rate_by_samples_changes_between_epochs_only():
    rate = BySamples(0.5, rows=3, seen=6)
    assert rate.factor(0.0, 5) == rate.factor(0.99, 5) == pytest.approx(7**-0.5)
    assert rate.factor(1.0, 5) == pytest.approx(10**-0.5)


def test_a_schedule_goes_on_from_call_to_call_and_stays_at_its_end():
    rate = Later(Cosine(), passed=3, epochs=4)
    assert rate.factor(0.5, 1) == Cosine().factor(3.5, 4)
    assert rate.factor(9.0, 1) == Cosine().factor(4, 4)
