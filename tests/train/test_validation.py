"""Rows held out decide when to stop and what to keep; schedules, clipping and L-BFGS do what they say."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.network.program import Data
from chainrule.train.metrics import METRICS
from chainrule.train.validation import Validation

NET = cr.Network.dense([2, 8, 2], hidden="tanh", output="softmax", loss="cross_entropy")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 2))
Y = np.eye(2)[(X[:, 0] * X[:, 1] > 0).astype(int)]
RULE = cr.Adam(0.02)


def fitted(**choices):
    return cr.Model(NET, seed=1).fit(X, Y, optimizer=RULE, batch_size=8, **{"epochs": 30, **choices})


def test_the_best_parameters_on_the_held_out_rows_are_kept():
    own = (X[:10], Y[:10])
    model = fitted(validation=own)
    losses = model.history.validation_loss
    assert len(losses) == 30
    assert model.history.best_epoch == np.argmin(losses) + 1
    assert model.loss(*own) == losses.min()


def test_a_metric_can_decide_instead_of_the_loss():
    model = fitted(validation=(X[:10], Y[:10]), metric="accuracy")
    values = model.history.validation_metric
    assert model.history.best_epoch == np.argmax(values) + 1
    assert METRICS["accuracy"].value(model.predict(X[:10]), Y[:10], np.ones(10)) == values.max()


def test_a_fraction_is_held_out_of_each_class():
    model = fitted(validation=0.25)
    assert model.history.plan.rows == 45
    assert len(model.history.validation_loss) == 30


def test_patience_stops_and_says_so():
    model = fitted(epochs=500, validation=(X[:10], 1 - Y[:10]), patience=4)
    history = model.history
    assert len(history) == history.best_epoch + 4 < 500
    assert history.stopped == f"no better for 4 epochs after epoch {history.best_epoch}"


def test_looking_at_held_out_rows_changes_no_bit():
    plain = cr.Model(NET, seed=1).fit(X, Y, optimizer=RULE, epochs=3, batch_size=8)
    watched = []
    cr.Model(NET, seed=1).fit(
        X,
        Y,
        optimizer=RULE,
        epochs=3,
        batch_size=8,
        validation=(X[:5], Y[:5]),
        callbacks=[lambda training: watched.append(training.state.theta)],
    )
    assert watched[-1].tobytes() == plain.parameters.theta.tobytes()


def test_anything_is_better_than_nan_and_nan_is_never_better():
    data = Data.of(NET, X[:4], Y[:4])
    validation = Validation(NET, data)
    params = cr.Parameters.initial(NET, seed=1)
    broken = params.like(np.full_like(params.theta, np.nan))
    for each in (broken, params, broken):
        validation.look(each)
    assert validation.best_epoch == 2


def test_a_callback_ends_the_training_by_returning_true():
    model = fitted(epochs=500, callbacks=[lambda training: training.epoch >= 2 or None])
    assert model.history.stopped == "a callback ended it"
    assert len(model.history) < 500


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"patience": 3}, "patience was 3; it may be given only with validation rows"),
        ({"metric": "r2"}, "metric was 'r2'; it may be given only with validation rows"),
        ({"validation": 1.5}, "the part of the rows held out was 1.5"),
        ({"validation": (X,)}, "the number of arrays for validation was 1; it may be 2 or 3"),
        ({"validation": 0.2, "patience": 0}, "patience was 0"),
        ({"validation": 0.2, "metric": "acuracy"}, "did you mean accuracy"),
        ({"validation": 0.2, "min_delta": -1}, "min_delta was -1"),
        ({"clip_norm": 0}, "clip_norm was 0"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_learned(choices, said):
    model = cr.Model(NET, seed=1)
    before = model.parameters.theta.tobytes()
    with pytest.raises(cr.InvalidValueError, match=said):
        model.fit(X, Y, optimizer=RULE, **choices)
    assert model.parameters.theta.tobytes() == before
    assert model.history is None


def test_a_schedule_multiplies_the_rate_of_every_step():
    model = fitted(epochs=10, schedule=cr.StepDecay(every=5, by=0.1))
    assert model.history.learning_rate == pytest.approx([0.02] * 5 + [0.002] * 5)


def test_a_schedule_changes_what_is_learned_and_a_constant_one_does_not():
    plain = fitted(epochs=4).parameters.theta
    assert fitted(epochs=4, schedule=cr.Constant()).parameters.theta.tobytes() == plain.tobytes()
    assert fitted(epochs=4, schedule=cr.Cosine()).parameters.theta.tobytes() != plain.tobytes()


def test_a_clipped_step_of_plain_descent_is_as_long_as_it_may_be():
    model = cr.Model(NET, seed=1)
    before = model.parameters.theta
    model.fit(X, Y, optimizer=cr.GradientDescent(1.0), epochs=1, batch_size=60, clip_norm=1e-3)
    assert np.linalg.norm(model.parameters.theta - before) == pytest.approx(1e-3)
    assert model.history.gradient_norm[0] > 1e-3  # what is told is the length before


def test_seconds_go_on_and_belong_to_epochs():
    seconds = fitted(epochs=5).history.seconds
    assert len(seconds) == 5
    assert (np.diff([0, *seconds]) >= 0).all()


def test_lbfgs_finds_a_smaller_loss_than_descent_in_as_many_passes():
    penalty = cr.Penalty(l2=1e-3)
    descended = fitted(epochs=60, penalty=penalty)
    searched = cr.Model(NET, seed=1).fit(X, Y, optimizer="lbfgs", epochs=60, penalty=penalty)
    assert searched.loss(X, Y, penalty=penalty) < descended.loss(X, Y, penalty=penalty)
    losses = searched.history.loss
    assert (np.diff(losses) <= 0).all()
    assert searched.loss(X, Y, penalty=penalty) == pytest.approx(losses[-1], rel=1e-12)


def test_lbfgs_leaves_frozen_parameters_alone_and_stops_where_nothing_is_better():
    net = cr.Network.dense([2, 1], loss="squared_error", train_bias=False)
    model = cr.Model(net, seed=1).fit(X, X[:, :1] * 2, optimizer=cr.LBFGS(), epochs=500)
    assert model.parameters.b[1].tolist() == [0.0]
    assert model.parameters.W[1] == pytest.approx(np.array([[2.0], [0.0]]), abs=1e-6)
    assert model.history.stopped == "L-BFGS found no better step"


def test_lbfgs_stops_after_its_evaluations_and_where_the_loss_hardly_falls():
    def searched(**choices):
        return cr.Model(NET, seed=1).fit(X, Y, optimizer=cr.LBFGS(**choices), epochs=300).history

    few, early, all_ = searched(evaluations=7), searched(reduction=1e-2), searched()
    assert len(few) <= 7
    assert few.stopped == "L-BFGS used up its iterations or evaluations"
    assert len(early) < len(all_)
    assert early.stopped == "L-BFGS found no better step"


def test_lbfgs_takes_no_single_step():
    with pytest.raises(cr.UnknownNameError, match="the optimizer was 'lbfgs'"):
        cr.Model(NET).trace(X[:1], Y[:1], optimizer="lbfgs")
