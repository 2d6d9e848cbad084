"""The history: the losses a training had, against a plain loop that has nothing of ours in it."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.reference import program

DRAW = np.random.default_rng(3)
ROWS = 11
X, Y = DRAW.normal(size=(ROWS, 2)), DRAW.normal(size=(ROWS, 1))
WEIGHTS = DRAW.uniform(0.5, 2, size=ROWS)
START = np.array([0.5, -0.25, 0.125])  # two weights and a bias
RATE, L2, L1 = 0.05, 0.1, 0.02
NET = cr.Network.dense([2, 1], loss="half_squared_error")


def plain_loop(epochs, batch_rows, weights):
    """Linear regression by gradient descent, a number at a time: the loss of each step, and theta."""
    theta, losses = START.tolist(), []
    for _ in range(epochs):
        for first in range(0, ROWS, batch_rows):
            rows = range(first, min(first + batch_rows, ROWS))
            total = sum(weights[row] for row in rows)
            loss, slope = 0.0, [0.0, 0.0, 0.0]
            for row in rows:
                off = theta[0] * X[row, 0] + theta[1] * X[row, 1] + theta[2] - Y[row, 0]
                loss += weights[row] * off**2 / 2 / total
                for place, factor in enumerate((X[row, 0], X[row, 1], 1.0)):
                    slope[place] += weights[row] * off * factor / total
            for place in (0, 1):
                loss += L2 / 2 * theta[place] ** 2 + L1 * abs(theta[place])
                slope[place] += L2 * theta[place] + L1 * (1 if theta[place] > 0 else -1)
            losses.append(loss)
            theta = [number - RATE * change for number, change in zip(theta, slope, strict=True)]
    return losses, theta


def fitted(epochs, batch_rows, row_weights=None):
    model = cr.Model(
        NET, cr.Parameters.from_arrays(NET, [START[:2, None]], [START[2:]], orientation="from_to")
    )
    return model.fit(
        X,
        Y,
        optimizer=cr.GradientDescent(RATE),
        penalty=cr.Penalty(L2, L1),
        epochs=epochs,
        batch_size=batch_rows,
        row_weights=row_weights,
        shuffle=False,
    )


@pytest.mark.parametrize("batch_rows", [1, 4, 5, 11, 100])
@pytest.mark.parametrize("row_weights", [None, WEIGHTS], ids=["alike", "weighted"])
def test_every_step_has_the_loss_of_a_plain_loop(batch_rows, row_weights):
    losses, theta = plain_loop(3, batch_rows, np.ones(ROWS) if row_weights is None else row_weights)
    model = fitted(3, batch_rows, row_weights)
    np.testing.assert_allclose(model.history.step_loss, losses, rtol=1e-12)
    np.testing.assert_allclose(model.parameters.theta, theta, rtol=1e-12)


@pytest.mark.parametrize("batch_rows", [1, 4, 5, 11, 100])
def test_an_epochs_loss_counts_each_batch_by_its_rows(batch_rows):
    losses, _ = plain_loop(3, batch_rows, np.ones(ROWS))
    rows = [min(batch_rows, ROWS - first) for first in range(0, ROWS, batch_rows)]
    wanted = [
        sum(loss * count for loss, count in zip(losses[first : first + len(rows)], rows, strict=True)) / ROWS
        for first in range(0, len(losses), len(rows))
    ]
    np.testing.assert_allclose(fitted(3, batch_rows).history.loss, wanted, rtol=1e-12)


def test_with_the_last_batch_counted_like_the_others_that_would_fail():
    history = fitted(1, 4).history
    assert abs(history.step_loss.mean() / history.loss[0] - 1) > 1e-3


def test_the_first_loss_of_a_full_batch_is_the_loss_before_training():
    model = fitted(0, 11)
    before = model.loss(X, Y, penalty=cr.Penalty(L2, L1))
    assert fitted(2, 11).history.loss[0] == pytest.approx(before, rel=1e-14)


def test_an_epoch_that_was_not_finished_has_no_loss_yet(monkeypatch):
    """Interrupted in the ninth step, the last of the third epoch."""
    monkeypatch.setattr(program, "MOST_STEPS_BETWEEN_LOOKS", 1)
    steps = iter(range(8))

    def identity(z):
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return z

    model = cr.Model(cr.Network.dense([2, 1], output=(identity, np.ones_like)))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=5, batch_size=4)
    assert model.history.step_loss.shape == (8,)
    assert model.history.loss.shape == (2,)
    assert len(model.history) == 2


def test_it_says_how_the_model_was_trained():
    history = fitted(3, 4).history
    assert history.optimizer == cr.GradientDescent(RATE)
    assert (history.plan.batch_rows, history.plan.rows, history.plan.shuffle) == (4, ROWS, False)
    assert history.engine == "reference"
