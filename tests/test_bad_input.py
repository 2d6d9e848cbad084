"""Bad input: one clear sentence each, nothing half done.

The tables can be read aloud: what is done, and the pieces of the sentence that answers it, in their
order: the thing, what it was, what it may be.
"""

import re
import tracemalloc

import numpy as np
import pytest

import chainrule as cr
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.losses import LOSSES

VALUE, KIND, SHAPE = cr.InvalidValueError, cr.InvalidTypeError, cr.ShapeError
NAME, LARGE = cr.UnknownNameError, cr.TooLargeError

NET = cr.Network.dense([2, 3, 1], hidden="tanh", output="sigmoid", loss="binary_cross_entropy")
X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0.0], [1], [1], [0]])
WEIGHTS, BIASES = [np.ones((2, 3)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]
BILLION = 10**9


WIDE = cr.Model(cr.Network.dense([1500, 1500]))


def dense(*sizes, **options):
    return cr.Network.dense(sizes, **options)


def fit(X=X, Y=Y, **options):
    return cr.Model(NET).fit(X, Y, **options)


def parameters(weights=WEIGHTS, biases=BIASES, orientation="from_to", **options):
    return cr.Parameters.from_arrays(NET, weights, biases, orientation=orientation, **options)


def but(array, place, value):
    """A copy with one other entry."""
    copy = np.array(array)
    copy[place] = value
    return copy


SIZES = [
    ("no inputs", lambda: dense(0, 3), VALUE, "inputs", "was 0", "1 or above"),
    ("no units", lambda: dense(2, 0, 1), VALUE, "units", "was 0", "1 or above"),
    ("a negative size", lambda: dense(2, -3), VALUE, "units", "was -3", "1 or above"),
    ("half a unit", lambda: dense(2, 1.5), VALUE, "units", "was 1.5", "a whole number"),
    ("a size in letters", lambda: dense(2, "3"), VALUE, "units", "was '3'", "a whole number"),
    ("a size that is true", lambda: dense(2, True), VALUE, "units", "was True", "a whole number"),
    ("a layer without inputs", lambda: cr.Dense(0, 3), VALUE, "inputs", "was 0", "1 or above"),
    ("one size", lambda: dense(3), VALUE, "sizes", "was [3]", "two sizes or more"),
    ("no sizes", lambda: dense(), VALUE, "sizes", "was []", "two sizes or more"),
    ("no layers", lambda: cr.Network([]), VALUE, "layers", "empty", "one Dense layer or more"),
    ("all dropped out", lambda: dense(2, 3, 1, dropout=1), VALUE, "dropout", "was 1", "from 0"),
    ("less than none", lambda: dense(2, 3, 1, dropout=-0.5), VALUE, "dropout", "was -0.5", "from 0"),
]

TOO_LARGE = [
    (
        "a billion squared",
        lambda: cr.Model(dense(BILLION, BILLION)),
        LARGE,
        f"{BILLION}-{BILLION}",
        "GiB",
        "GiB",
    ),
    ("a billion units", lambda: cr.Model(dense(2, BILLION, 2)), LARGE, f"2-{BILLION}-2", "GiB", "GiB"),
    (
        "in single precision",
        lambda: cr.Model(dense(BILLION, 100), dtype=np.float32),
        LARGE,
        f"{BILLION}-100",
        "GiB",
        "GiB",
    ),
    (
        "drawn",
        lambda: cr.Parameters.initial(dense(BILLION, BILLION)),
        LARGE,
        f"{BILLION}-{BILLION}",
        "GiB",
        "GiB",
    ),
    (
        "from arrays",
        lambda: cr.Parameters.from_arrays(dense(BILLION, BILLION), WEIGHTS, orientation="from_to"),
        LARGE,
        f"{BILLION}-{BILLION}",
        "GiB",
        "GiB",
    ),
    (
        "too many to be checked one by one",
        lambda: WIDE.check_gradients(np.zeros((1, 1500)), np.zeros((1, 1500))),
        LARGE,
        "the number of parameters",
        "was 2251500",
        "check_directions takes any number",
    ),
]

SHAPES = [
    ("inputs missing", lambda: fit(X[:, :1]), SHAPE, "X", "(4, 1)", "(n, 2)"),
    ("inputs lying down", lambda: fit(X[:3].T), SHAPE, "X", "(2, 3)", "(n, 2)"),
    ("one input", lambda: cr.Model(NET).predict([1, 2, 3]), SHAPE, "X", "(3,)", "(n, 2)"),
    ("a number for inputs", lambda: fit(5), SHAPE, "X", "()", "(n, 2)"),
    ("a stack of inputs", lambda: fit(X[np.newaxis]), SHAPE, "X", "(1, 4, 2)", "(n, 2)"),
    ("flat targets", lambda: fit(Y=[0, 1, 1, 0]), SHAPE, "Y", "(4,)", "(n, 1)"),
    ("two targets for one output", lambda: fit(Y=X), SHAPE, "Y", "(4, 2)", "(n, 1)"),
    ("fewer targets than rows", lambda: fit(Y=Y[:3]), SHAPE, "X and Y", "(4, 2) and (3, 1)", "rows"),
    ("the same in a loss", lambda: cr.Model(NET).loss(X, Y[:3]), SHAPE, "X and Y", "(4, 2)", "(3, 1)"),
    ("the same in a trace", lambda: cr.Model(NET).trace(X, Y[:3]), SHAPE, "X and Y", "(4, 2)", "(3, 1)"),
    ("the same in a check", lambda: cr.Model(NET).check_gradients(X, Y[:3]), SHAPE, "X", "(4, 2)", "(3, 1)"),
    ("no rows", lambda: fit(X[:0], Y[:0]), SHAPE, "rows of X", "was 0", "1 or above"),
    ("rows of two lengths", lambda: fit([[1, 2], [3]]), SHAPE, "X", "different lengths", "one length"),
    (
        "layers that do not chain",
        lambda: cr.Network([cr.Dense(2, 3), cr.Dense(4, 1)]),
        SHAPE,
        "layer 1 has 3 units",
        "layer 2 takes 4 inputs",
        "the same",
    ),
    ("too few weights", lambda: parameters(WEIGHTS[:1]), SHAPE, "weights", "was 1", "2, one a layer"),
    ("too few biases", lambda: parameters(biases=BIASES[:1]), SHAPE, "biases", "was 1", "2, one a layer"),
    (
        "weights of one layer left out",
        lambda: parameters([WEIGHTS[0], None]),
        SHAPE,
        "W[2]",
        "None",
        "matrix",
    ),
    (
        "weights of another layer",
        lambda: parameters([WEIGHTS[0], WEIGHTS[0]]),
        SHAPE,
        "W[2]",
        "(2, 3)",
        "(3, 1) with orientation='from_to'",
    ),
    (
        "weights that are transposed",
        lambda: parameters(orientation="to_from"),
        SHAPE,
        "W[1]",
        "(2, 3)",
        "(3, 2) with orientation='to_from'",
    ),
    ("a bias too long", lambda: parameters(biases=[np.zeros(3)] * 2), SHAPE, "b[2]", "(3,)", "(1,)"),
    (
        "parameters of another network",
        lambda: cr.Model(NET, cr.Parameters.initial(dense(2, 4, 1))),
        SHAPE,
        "parameters",
        "2-4-1",
        "2-3-1",
    ),
    ("too few row weights", lambda: fit(row_weights=[1, 1]), SHAPE, "row_weights", "(2,)", "(4,)"),
    ("one row weight", lambda: fit(row_weights=1), SHAPE, "row_weights", "()", "(4,)"),
    ("a column of row weights", lambda: fit(row_weights=Y), SHAPE, "row_weights", "(4, 1)", "(4,)"),
    (
        "quantiles for three outputs",
        lambda: dense(2, 2, loss=cr.pinball(0.1, 0.5, 0.9)),
        SHAPE,
        "pinball",
        "was 3",
        "1 or 2",
    ),
]

NOT_FINITE = [
    ("NaN in X", lambda: fit(but(X, (2, 1), np.nan)), VALUE, "X at row 2, column 1", "nan", "finite"),
    ("infinity in X", lambda: fit(but(X, (3, 0), np.inf)), VALUE, "X at row 3, column 0", "inf", "finite"),
    ("NaN in Y", lambda: fit(Y=but(Y, (1, 0), np.nan)), VALUE, "Y at row 1, column 0", "nan", "finite"),
    (
        "NaN in what is to be predicted",
        lambda: cr.Model(NET).predict(but(X, (2, 1), np.nan)),
        VALUE,
        "X at row 2, column 1",
        "nan",
        "finite",
    ),
    (
        "NaN in weights",
        lambda: parameters([WEIGHTS[0], but(WEIGHTS[1], (2, 0), np.nan)]),
        VALUE,
        "W[2] at row 2, column 0",
        "nan",
        "finite",
    ),
    (
        "minus infinity in weights",
        lambda: parameters([but(WEIGHTS[0], (1, 2), -np.inf), WEIGHTS[1]]),
        VALUE,
        "W[1] at row 1, column 2",
        "-inf",
        "finite",
    ),
    (
        "NaN in a bias",
        lambda: parameters(biases=[but(BIASES[0], 1, np.nan), BIASES[1]]),
        VALUE,
        "b[1] at index 1",
        "nan",
        "finite",
    ),
    (
        "NaN in row weights",
        lambda: fit(row_weights=[1, 1, np.nan, 1]),
        VALUE,
        "row_weights at index 2",
        "nan",
        "finite",
    ),
    (
        "too large for single precision",
        lambda: cr.Model(NET, dtype=np.float32).predict(but(X, (2, 1), 1e300)),
        VALUE,
        "X in float32 at row 2, column 1",
        "inf",
        "finite",
    ),
    (
        "a weight too large for single precision",
        lambda: parameters([but(WEIGHTS[0], (1, 2), 1e300), WEIGHTS[1]], dtype=np.float32),
        VALUE,
        "W[1] in float32 at row 1, column 2",
        "inf",
        "finite",
    ),
]

NUMBERS = [
    ("a rate of 0", lambda: cr.GradientDescent(0), VALUE, "the learning rate", "was 0", "above 0"),
    ("a negative rate", lambda: cr.GradientDescent(-0.1), VALUE, "the learning rate", "was -0.1", "above 0"),
    ("a rate of NaN", lambda: cr.GradientDescent(np.nan), VALUE, "the learning rate", "was nan", "finite"),
    ("an infinite rate", lambda: cr.GradientDescent(np.inf), VALUE, "the learning rate", "was inf", "finite"),
    ("a rate in letters", lambda: cr.GradientDescent("0.1"), VALUE, "the learning rate", "'0.1'", "number"),
    ("no rate", lambda: cr.GradientDescent(None), VALUE, "the learning rate", "was None", "number"),
    *(
        (
            f"a rate of 0 for {rule}",
            lambda rule=rule: getattr(cr, rule)(0),
            VALUE,
            "the learning rate",
            "0",
            "above",
        )
        for rule in ("Momentum", "RMSprop", "Adagrad", "Adam", "AdamW")
    ),
    ("a momentum of 1", lambda: cr.Momentum(0.1, 1), VALUE, "momentum", "was 1", "not including, 1"),
    ("a beta of 1", lambda: cr.Adam(beta2=1.0), VALUE, "beta2", "was 1.0", "not including, 1"),
    ("an epsilon of 0", lambda: cr.Adam(epsilon=0), VALUE, "epsilon", "was 0", "above 0"),
    ("a negative decay", lambda: cr.AdamW(weight_decay=-1), VALUE, "weight_decay", "was -1", "0 or above"),
    ("a negative penalty", lambda: cr.Penalty(l2=-0.1), VALUE, "the penalty l2", "was -0.1", "0 or above"),
    ("a negative L1", lambda: cr.Penalty(l1=-0.1), VALUE, "the penalty l1", "was -0.1", "0 or above"),
    ("a penalty of NaN", lambda: cr.Penalty(np.nan), VALUE, "the penalty l2", "was nan", "finite"),
    ("a bare penalty", lambda: fit(penalty=0.1), KIND, "the penalty", "was 0.1", "Penalty(l2=0.1)"),
    ("no penalty at all", lambda: fit(penalty=None), KIND, "the penalty", "was None", "Penalty(l2=0.1)"),
    ("the same in a loss", lambda: cr.Model(NET).loss(X, Y, penalty=1), KIND, "the penalty", "1", "Penalty("),
    ("in a trace", lambda: cr.Model(NET).trace(X, Y, penalty=1), KIND, "the penalty", "1", "Penalty("),
    (
        "in a check",
        lambda: cr.Model(NET).check_gradients(X, Y, penalty=1),
        KIND,
        "the penalty",
        "1",
        "Penalty(",
    ),
    ("Huber's delta of 0", lambda: cr.huber(0), VALUE, "delta", "was 0", "above 0"),
    ("a quantile of 1", lambda: cr.pinball(1), VALUE, "the quantile", "was 1", "below 1"),
    ("batches of no rows", lambda: fit(batch_size=0), VALUE, "batch_size", "was 0", "1 or above"),
    ("batches of less", lambda: fit(batch_size=-4), VALUE, "batch_size", "was -4", "1 or above"),
    ("half a row", lambda: fit(batch_size=0.5), VALUE, "batch_size", "was 0.5", "a whole number"),
    ("no batch size", lambda: fit(batch_size=None), VALUE, "batch_size", "was None", "a whole number"),
    ("a batch size in letters", lambda: fit(batch_size="all"), VALUE, "batch_size", "was 'all'", "whole"),
    ("-1 epochs", lambda: fit(epochs=-1), VALUE, "epochs", "was -1", "0 or above"),
    ("half an epoch", lambda: fit(epochs=0.5), VALUE, "epochs", "was 0.5", "a whole number"),
    ("an epoch that is true", lambda: fit(epochs=True), VALUE, "epochs", "was True", "a whole number"),
    *(
        (
            f"a seed of {seed!r} for {verb}",
            lambda seed=seed, call=call: call(seed),
            VALUE,
            "the seed",
            was,
            "0 or",
        )
        for seed, was in (
            (-1, "was -1"),
            (2**64, f"was {2**64}"),
            (1.5, "was 1.5"),
            (True, "was True"),
            (None, "was None"),
            ("0", "was '0'"),
        )
        for verb, call in (
            ("a model", lambda seed: cr.Model(NET, seed=seed)),
            ("parameters", lambda seed: cr.Parameters.initial(NET, seed)),
            ("fit", lambda seed: fit(seed=seed)),
        )
    ),
    ("a negative weight", lambda: fit(row_weights=[1, 1, -1, 1]), VALUE, "row 2", "was -1", "0 or above"),
    ("all weights 0", lambda: fit(row_weights=[0] * 4), VALUE, "row_weights", "was 0", "above 0"),
    ("balanced", lambda: fit(row_weights="balanced"), KIND, "row_weights", "was 'balanced'", "real numbers"),
]

NAMES = [
    (
        "a misspelt activation",
        lambda: dense(2, 1, output="sigmod"),
        NAME,
        "the activation",
        "'sigmod'",
        "did you mean sigmoid?",
    ),
    ("a function", lambda: dense(2, 1, output=np.tanh), NAME, "the activation", "ufunc 'tanh'", "identity"),
    ("no activation", lambda: dense(2, 1, output=None), NAME, "the activation", "None", "identity"),
    (
        "a misspelt loss",
        lambda: dense(2, 1, loss="squared_eror"),
        NAME,
        "the loss",
        "'squared_eror'",
        "did you mean squared_error?",
    ),
    ("no loss", lambda: dense(2, 1, loss=None), NAME, "the loss", "None", "half_squared_error"),
    (
        "a misspelt tutorial",
        lambda: cr.tutorials.load("jian"),
        NAME,
        "tutorial",
        "'jian'",
        "did you mean jain?",
    ),
    ("a misspelt gate", lambda: cr.tutorials.load("xro"), NAME, "gate", "'xro'", "did you mean xor?"),
    ("no tutorial", lambda: cr.tutorials.load(None), NAME, "tutorial", "None", "jain"),
    ("a misspelt optimizer", lambda: fit(optimizer="adem"), NAME, "the optimizer", "'adem'", "mean adam?"),
    ("an optimizer's class", lambda: fit(optimizer=cr.Adam), KIND, "the optimizer", "Adam", "Adam(0.001)"),
    ("a rate for an optimizer", lambda: fit(optimizer=0.1), KIND, "the optimizer", "0.1", "Adam(0.001)"),
    (
        "a misspelt initializer",
        lambda: dense(2, 1, initializer="he_unifrom"),
        NAME,
        "the initializer",
        "'he_unifrom'",
        "did you mean he_uniform?",
    ),
    (
        "a misspelt bias",
        lambda: dense(2, 1, bias="pre_unit"),
        NAME,
        "the bias",
        "'pre_unit'",
        "mean per_unit?",
    ),
    ("no bias, said otherwise", lambda: dense(2, 1, bias=False), NAME, "the bias", "False", "none"),
    (
        "a misspelt orientation",
        lambda: parameters(orientation="from-to"),
        NAME,
        "orientation",
        "'from-to'",
        "did you mean from_to?",
    ),
    (
        "no orientation, said so",
        lambda: parameters(orientation=None),
        NAME,
        "orientation",
        "None",
        "from_to, to_from",
    ),
    ("layer 0's weights", lambda: parameters().W[0], VALUE, "the layer of W", "was 0", "1 to 2"),
    ("weights beyond the last", lambda: parameters().W[3], VALUE, "the layer of W", "was 3", "1 to 2"),
    ("biases counted from behind", lambda: parameters().b[-1], VALUE, "the layer of b", "was -1", "1 to 2"),
    ("layer 0 itself", lambda: NET.layer(0), VALUE, "the layer", "was 0", "1 to 2"),
]

OBJECTS = [
    ("a model of a name", lambda: cr.Model("jain"), KIND, "the network of a model", "'jain'", "a Network"),
    (
        "a model of sizes",
        lambda: cr.Model([2, 3, 1]),
        KIND,
        "the network of a model",
        "[2, 3, 1]",
        "a Network",
    ),
    ("arrays for parameters", lambda: cr.Model(NET, WEIGHTS), KIND, "parameters", "[array(", "from_arrays"),
    ("a size for a layer", lambda: cr.Network([3, 2]), KIND, "layer 1", "was 3", "a Dense layer"),
    ("a model in whole numbers", lambda: cr.Model(NET, dtype=int), KIND, "the dtype", "'int'", "float64"),
    (
        "a list for a naming",
        lambda: cr.Model(NET).trace(X, Y, naming=["jain"]),
        KIND,
        "naming",
        "['jain']",
        "a Naming, or a notation's name",
    ),
    (
        "a target above 1",
        lambda: fit(Y=but(Y, (2, 0), 2.0)),
        VALUE,
        "the target at row 2, column 0",
        "was 2.0",
        "from 0 to 1 for binary_cross_entropy",
    ),
    (
        "a negative count",
        lambda: cr.Model(dense(2, 1, output="exponential", loss="poisson")).fit(X, -Y),
        VALUE,
        "the target at row 1, column 0",
        "was -1",
        "0 or above for poisson",
    ),
    (
        "classes that do not add up",
        lambda: cr.Model(dense(2, 2, output="softmax", loss="cross_entropy")).fit(X, X / 2),
        VALUE,
        "the targets of row 0",
        "was 0",
        "1 for cross_entropy",
    ),
]

NO_MEANING = [
    (f"{loss.name} of {name}", loss.name, name)
    for loss in LOSSES.values()
    for name in ACTIVATIONS
    if loss.admits and name not in loss.admits
]


def rows_of(*tables):
    return [pytest.param(*row[1:], id=row[0]) for table in tables for row in table]


def answer(call, kind):
    """The sentence that a call is answered with, which is of exactly that kind."""
    with pytest.raises(cr.ChainruleError) as caught:
        call()
    assert type(caught.value) is kind
    return str(caught.value)


def is_one_sentence(told):
    return "\n" not in told and len(told) < 300 and not told.endswith(".") and "may be" in told


@pytest.mark.parametrize(
    ("call", "kind", "thing", "was", "may_be"),
    rows_of(SIZES, SHAPES, NOT_FINITE, NUMBERS, NAMES, OBJECTS),
)
def test_bad_input_gets_one_sentence(call, kind, thing, was, may_be):
    told = answer(call, kind)
    pieces = ".*".join(map(re.escape, (thing, was, may_be)))
    assert re.search(pieces, told), told
    # Layers that do not chain have a sentence of their own: "the two numbers must be the same".
    assert is_one_sentence(told.replace("must be", "may be")), told


@pytest.mark.parametrize(("call", "kind", "thing", "was", "may_be"), rows_of(TOO_LARGE))
def test_what_is_too_large_is_refused_before_anything_is_allocated(call, kind, thing, was, may_be):
    tracemalloc.start()
    try:
        told = answer(call, kind)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000  # bytes
    pieces = ".*".join(map(re.escape, (thing, was, may_be)))
    assert re.search(pieces, told), told
    assert is_one_sentence(told), told


def test_the_watch_on_memory_sees_an_allocation():
    tracemalloc.start()
    cr.Model(dense(1000, 1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak > 8_000_000


def test_a_large_network_may_be_described():
    """Only its numbers need memory: a description of it can be looked at, and made smaller."""
    assert str(dense(BILLION, BILLION)).startswith("1000000000-1000000000")


@pytest.mark.parametrize(("loss", "name"), [pytest.param(*row[1:], id=row[0]) for row in NO_MEANING])
def test_a_loss_with_an_output_activation_that_it_has_no_meaning_for(loss, name):
    told = answer(lambda: dense(2, 2, output=name, loss=loss), VALUE)
    allowed = " or ".join(LOSSES[loss].admits)
    assert re.search(rf"the output activation for the loss {loss} was .*{name}.*; it may be {allowed}$", told)
    assert is_one_sentence(told)


def test_that_table_is_not_empty():
    assert len(NO_MEANING) > 30


def test_an_orientation_that_is_not_said_is_asked_for():
    with pytest.raises((TypeError, cr.InvalidValueError), match="orientation") as caught:
        cr.Parameters.from_arrays(NET, WEIGHTS, BIASES)
    assert "\n" not in str(caught.value)


def test_a_square_matrix_is_taken_as_it_is_said():
    net = dense(2, 2)
    square = [[1.0, 2.0], [3.0, 4.0]]
    one, other = (
        cr.Parameters.from_arrays(net, [square], orientation=orientation).W[1].tolist()
        for orientation in ("from_to", "to_from")
    )
    assert one == square
    assert other == [[1.0, 3.0], [2.0, 4.0]]


@pytest.mark.parametrize("value", [1e308, 1e-320, -0.0, 5e-324])
def test_extreme_but_finite_numbers_are_no_bad_input(value):
    model = cr.Model(NET)
    assert np.isfinite(model.predict(but(X, (0, 0), value))).all()
    assert parameters([but(WEIGHTS[0], (0, 0), value), WEIGHTS[1]]).W[1][0, 0] == value
