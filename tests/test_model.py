"""A model: what it accepts, what it keeps, and that a row's prediction is its own."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.network.activations import ACTIVATIONS
from chainrule.reference.predict import TILE_ROWS, TILES_AT_ONCE

NET = cr.Network.dense([2, 3, 1], hidden="tanh", output="sigmoid", loss="binary_cross_entropy")
X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.25]])
Y = np.array([[0.0], [1], [1], [0], [1]])
WEIGHTS = np.array([1.0, 2, 0.25, 1, 0.5])


def bits(array):
    """Everything about an array that a function could change."""
    content = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return content, array.shape, array.strides, array.dtype.str, array.flags.writeable


def fitted(X=X, Y=Y, row_weights=None, dtype=np.float64, **choices):
    model = cr.Model(NET, seed=1, dtype=dtype)
    return model.fit(X, Y, epochs=3, batch_size=2, row_weights=row_weights, **choices)


# Made


def test_the_same_seed_draws_the_same_bits():
    assert bits(cr.Model(NET, seed=5).parameters.theta) == bits(cr.Model(NET, seed=5).parameters.theta)
    assert bits(cr.Model(NET, seed=5).parameters.theta) != bits(cr.Model(NET, seed=6).parameters.theta)


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
def test_the_dtype_is_that_of_everything_the_model_gives(dtype):
    model = fitted(dtype=dtype)
    assert model.parameters.theta.dtype == dtype
    assert model.predict(X).dtype == dtype


def test_given_parameters_are_the_ones_it_starts_with():
    start = cr.Parameters.initial(NET, seed=9)
    assert cr.Model(NET, start).parameters is start


def test_parameters_of_a_network_of_other_sizes_are_refused_and_both_are_shown():
    other = cr.Network.dense([2, 4, 1], hidden="tanh")
    with pytest.raises(cr.ShapeError, match=r"was 2-4-1, .* may be that of the model, 2-3-1, "):
        cr.Model(NET, cr.Parameters.initial(other))


@pytest.mark.parametrize("dtype", [int, bool, complex, object, str, "float99", "M8[s]", "f4,f4"])
def test_a_dtype_that_holds_no_fractions_of_real_numbers_is_refused(dtype):
    with pytest.raises(cr.InvalidTypeError, match=r"the dtype of a model was .* it may be float64, float32"):
        cr.Model(NET, dtype=dtype)


def test_parameters_of_such_a_dtype_are_refused_as_well():
    whole = cr.Parameters.initial(NET).astype(int)
    with pytest.raises(cr.InvalidTypeError, match="the dtype of a model was int64"):
        cr.Model(NET, whole)


def test_it_shows_itself_in_one_line():
    sizes = "2-3-1, tanh then sigmoid, binary_cross_entropy"
    assert repr(cr.Model(NET)) == f"Model({sizes}; 13 parameters)"


# Fitted


def test_fit_returns_the_model_and_leaves_a_history():
    model = cr.Model(NET)
    assert model.history is None
    assert model.fit(X, Y, epochs=4) is model
    assert len(model.history) == 4


def test_fit_replaces_the_parameters_and_leaves_the_given_ones_alone():
    start = cr.Parameters.initial(NET, seed=9)
    before = bits(start.theta)
    first, second = cr.Model(NET, start).fit(X, Y, epochs=2), cr.Model(NET, start)
    assert bits(start.theta) == before
    assert bits(first.parameters.theta)[0] != before[0]
    assert second.parameters is start


def test_no_epochs_change_no_bit():
    model = cr.Model(NET, seed=3)
    before = bits(model.parameters.theta)
    model.fit(X, Y, epochs=0)
    assert bits(model.parameters.theta) == before
    assert len(model.history) == 0
    assert model.history.loss.shape == (0,)


def test_a_second_fit_goes_on_from_the_first():
    model = cr.Model(NET, seed=3).fit(X, Y, epochs=200, batch_size=5, optimizer=cr.Adam(0.05))
    first = model.history.loss
    model.fit(X, Y, epochs=1, batch_size=5)
    assert model.history.loss[0] < first[-1] < first[0]


def test_fit_in_float32_stays_in_float32_with_numbers_of_double_precision():
    optimizer = cr.AdamW(np.float64(0.01), weight_decay=np.float64(0.1))
    penalty = cr.Penalty(np.float64(0.01), np.float64(0.01))
    for batch_size in (1, 2, 5):
        model = cr.Model(NET, dtype=np.float32)
        model.fit(X, Y, optimizer=optimizer, penalty=penalty, batch_size=batch_size, row_weights=WEIGHTS)
        assert model.parameters.theta.dtype == np.float32
        assert model.history.loss.dtype == np.float64


def test_float32_and_float64_learn_the_same_up_to_rounding():
    single, double = (fitted(dtype=dtype).parameters.theta for dtype in (np.float32, np.float64))
    assert np.abs(single - double).max() < 1e-6


@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_a_row_that_weighs_nothing_teaches_nothing(batch_size):
    """Also where it is alone in its batch, or all of a batch's rows weigh nothing."""
    weights, others = np.array([1.0, 0, 0, 0, 2]), Y.copy()
    others[1:4] = 1 - others[1:4]
    choices = {"row_weights": weights, "batch_size": batch_size, "epochs": 3}
    first, second = (cr.Model(NET).fit(X, targets, **choices) for targets in (Y, others))
    assert bits(first.parameters.theta) == bits(second.parameters.theta)
    assert np.isfinite(first.history.loss).all()


# What comes in

KINDS = {
    "list": lambda a: a.tolist(),
    "tuple": lambda a: tuple(map(tuple, a)) if a.ndim == 2 else tuple(a),
    "float16": lambda a: a.astype(np.float16),
    "float32": lambda a: a.astype(np.float32),
    "longdouble": lambda a: a.astype(np.longdouble),
    "other byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "Fortran order": np.asfortranarray,
    "every second of more": lambda a: np.repeat(a, 2, axis=0)[::2],
    "backwards in memory": lambda a: a[::-1].copy()[::-1],
    "subclass": lambda a: a.view(type("Mine", (np.ndarray,), {})),
}


@pytest.mark.parametrize("kind", KINDS)
def test_real_numbers_of_every_kind_give_the_same_bits(kind):
    given = [KINDS[kind](array) for array in (X, Y, WEIGHTS)]
    wanted = fitted(row_weights=WEIGHTS)
    model = fitted(*given)
    assert bits(model.parameters.theta) == bits(wanted.parameters.theta)
    assert bits(model.predict(given[0])) == bits(wanted.predict(X))
    assert type(model.predict(given[0])) is np.ndarray


@pytest.mark.parametrize("kind", ["int8", "uint64", "int32", "bool"])
def test_whole_numbers_give_the_bits_of_real_ones(kind):
    whole, targets = X[:4].astype(kind), Y[:4].astype(kind)
    wanted = fitted(X[:4], Y[:4])
    assert bits(fitted(whole, targets).parameters.theta) == bits(wanted.parameters.theta)
    assert bits(wanted.predict(whole)) == bits(wanted.predict(X[:4]))


def test_a_file_mapped_into_memory_gives_the_same_bits(tmp_path):
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    wanted = fitted()
    assert bits(fitted(mapped).parameters.theta) == bits(wanted.parameters.theta)
    assert bits(wanted.predict(mapped)) == bits(wanted.predict(X))


def test_one_row_may_come_without_its_brackets():
    model = cr.Model(NET)
    assert bits(model.predict([0.5, 0.25])) == bits(model.predict([[0.5, 0.25]]))
    assert len(model.fit([0.5, 0.25], [1], epochs=2).history) == 2


REFUSED = {
    "masked": np.ma.masked_array(X, mask=X == 0),
    "masked but nothing is": np.ma.masked_array(X),
    "object": X.astype(object),
    "a date": X.astype("M8[s]"),
    "a duration": X.astype("m8[s]"),
    "complex": X.astype(complex),
    "text": X.astype(str),
    "bytes": X.astype("S3"),
    "records": np.zeros(5, "f8,f8"),
    "nothing": None,
    "a dict": {"a": [1, 2]},
    "a set": {1.0, 2.0},
    "a generator": (row for row in X),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_real_number_is_a_type_error(kind):
    model = cr.Model(NET)
    for call in (
        lambda: model.predict(REFUSED[kind]),
        lambda: model.fit(REFUSED[kind], Y),
        lambda: model.fit(X, REFUSED[kind]),
        lambda: model.fit(X, Y, row_weights=REFUSED[kind] if REFUSED[kind] is not None else object()),
        lambda: model.loss(REFUSED[kind], Y),
        lambda: model.trace(REFUSED[kind], Y),
        lambda: model.check_gradients(REFUSED[kind], Y),
    ):
        with pytest.raises(TypeError, match=r"was .*; it may be an array") as caught:
            call()
        assert type(caught.value) is cr.InvalidTypeError


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_callers_arrays_are_never_changed(writable, dtype):
    """In the model's own precision nothing is copied on the way in: that is the dangerous case."""
    arrays = [array.astype(dtype) for array in (X, Y, WEIGHTS)]
    for array in arrays:
        array.setflags(write=writable)
    before = [bits(array) for array in arrays]
    model = cr.Model(NET, seed=1, dtype=dtype)
    optimizers = (cr.GradientDescent(), cr.Momentum(nesterov=True), cr.RMSprop(), cr.Adagrad(), cr.AdamW())
    for optimizer in optimizers:
        for batch_size, shuffle in ((1, True), (2, False), (5, True), (5, False)):
            model.fit(
                *arrays[:2],
                row_weights=arrays[2],
                epochs=1,
                batch_size=batch_size,
                shuffle=shuffle,
                optimizer=optimizer,
                penalty=cr.Penalty(0.1, 0.1),
            )
    model.predict(arrays[0])
    model.loss(*arrays)
    model.trace(*arrays[:2], row_weights=arrays[2])
    model.check_gradients(*arrays)
    assert [bits(array) for array in arrays] == before


def test_what_predict_returns_belongs_to_the_caller():
    model = cr.Model(cr.Network.dense([2, 2]), cr.Parameters.initial(cr.Network.dense([2, 2])))
    given = X.copy()
    model.predict(given)[...] = 7
    assert bits(given) == bits(X)
    assert not (model.predict(given) == 7).any()


@pytest.mark.parametrize(
    "bad",
    [
        {"epochs": -1},
        {"epochs": 2.5},
        {"batch_size": 0},
        {"seed": 2**64},
        {"optimizer": "adem"},
        {"penalty": 0.1},
        {"row_weights": [1, 2]},
        {"X": X[:3]},
        {"Y": Y + 5},
        {"X": X * np.nan},
    ],
    ids=str,
)
def test_a_refused_fit_changes_nothing(bad):
    model = fitted()
    theta, history = model.parameters.theta, model.history
    before, losses = bits(theta), history.step_loss
    with pytest.raises(cr.ChainruleError):
        model.fit(**{"X": X, "Y": Y, **bad})
    assert model.parameters.theta is theta
    assert bits(theta) == before
    assert model.history is history
    assert np.array_equal(history.step_loss, losses)


# Predicted

shapes = st.lists(st.integers(1, 40), min_size=2, max_size=4)


@settings(max_examples=300, deadline=None)
@given(shapes, st.integers(1, 40), st.sampled_from(sorted(ACTIVATIONS)), st.booleans(), st.integers(0, 99))
def test_the_first_rows_are_predicted_alike_with_and_without_the_others(sizes, n, name, single, seed):
    net = cr.Network.dense(sizes, hidden=name, output=name)
    model = cr.Model(net, seed=seed, dtype=np.float32 if single else np.float64)
    rows = np.random.default_rng(seed).normal(size=(n, sizes[0]))
    whole = model.predict(rows)
    assert all(bits(whole[:k]) == bits(model.predict(rows[:k])) for k in range(1, n + 1))


@pytest.mark.parametrize(
    "sizes", [[1, 1], [3, 1], [1, 5], [784, 128, 10], [200, 300, 7], [64, 64], [17, 33, 65]]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_for_the_widths_at_which_a_product_takes_another_path(sizes, dtype):
    model = cr.Model(cr.Network.dense(sizes, hidden="gelu", output="softmax"), dtype=dtype)
    rows = np.random.default_rng(0).normal(size=(2 * TILE_ROWS + 3, sizes[0]))
    whole = model.predict(rows)
    assert all(bits(whole[:k]) == bits(model.predict(rows[:k])) for k in range(1, len(rows) + 1))


def test_the_same_where_one_stack_of_tiles_ends_and_the_next_begins():
    model = cr.Model(NET, seed=2)
    edge = TILE_ROWS * TILES_AT_ONCE
    rows = np.random.default_rng(0).normal(size=(2 * edge + 1, 2))
    whole = model.predict(rows)
    for k in (1, TILE_ROWS, edge - 1, edge, edge + 1, 2 * edge, 2 * edge + 1):
        assert bits(whole[:k]) == bits(model.predict(rows[:k]))


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 50), st.integers(0, 2**32), st.sampled_from(sorted(ACTIVATIONS)))
def test_a_rows_prediction_does_not_depend_on_its_neighbors(n, seed, name):
    draw = np.random.default_rng(seed)
    model = cr.Model(cr.Network.dense([5, 7, 3], hidden=name, output="softmax"), seed=1)
    rows, order, one = draw.normal(size=(n, 5)), draw.permutation(n), draw.integers(n)
    whole = model.predict(rows)
    others = draw.normal(size=(n, 5)) * 100
    others[one] = rows[one]
    assert bits(model.predict(rows[order])) == bits(whole[order])
    assert bits(model.predict(others)[one]) == bits(whole[one])
    assert bits(model.predict(rows[[one]])[0]) == bits(whole[one])


@settings(max_examples=200, deadline=None)
@given(shapes, st.integers(1, 40), st.sampled_from(sorted(ACTIVATIONS)), st.integers(0, 99))
def test_predictions_are_those_of_the_forward_pass_up_to_rounding(sizes, n, name, seed):
    net = cr.Network.dense(sizes, hidden=name, output=name)
    model = cr.Model(net, seed=seed)
    rows = np.random.default_rng(seed).normal(size=(n, sizes[0]))
    wanted = cr.forward(net, model.parameters, rows).A[net.depth]
    np.testing.assert_allclose(model.predict(rows), wanted, rtol=1e-9, atol=1e-12)


def test_dropout_plays_no_part_in_predictions():
    plain, dropping = (cr.Network.dense([2, 30, 1], dropout=part) for part in (0.0, 0.9))
    assert bits(cr.Model(plain).predict(X)) == bits(cr.Model(dropping).predict(X))


# The other verbs


def test_its_loss_is_that_of_the_function():
    model = fitted()
    penalty = cr.Penalty(0.1, 0.2)
    wanted = cr.loss(NET, model.parameters, X, Y, WEIGHTS, penalty)
    assert model.loss(X, Y, WEIGHTS, penalty) == wanted
    assert model.loss(X, Y) == cr.loss(NET, model.parameters, X, Y)
    assert model.loss(X, Y) != wanted


def test_its_gradients_are_right_and_a_planted_mistake_is_seen():
    model = fitted()
    report = model.check_gradients(X, Y, WEIGHTS, cr.Penalty(0.1, 0.2))
    assert report.passed
    report.analytic.theta[4] *= 1 + 1e-6
    assert not report.passed


def test_its_trace_is_of_one_step_of_the_optimizer_asked_for():
    model = fitted()
    before = bits(model.parameters.theta)
    shown = str(model.trace(X, Y, optimizer=cr.GradientDescent(0.25), title="My step"))
    assert shown.startswith("My step\n=======\n")
    assert "GradientDescent(learning_rate=0.25)" in shown
    assert bits(model.parameters.theta) == before
