import copy
import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeatable import examples, fingerprint

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError, TooLargeError, UnknownNameError
from chainrule.network.layers import BIASES, Dense
from chainrule.network.network import Network
from chainrule.network.parameters import ByLayer, Layout, Parameters


@st.composite
def networks(draw: st.DrawFn) -> Network:
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    flags = st.booleans()
    return Network(
        [
            Dense(
                inputs,
                units,
                bias=draw(st.sampled_from(BIASES)),
                train_weights=draw(flags),
                train_bias=draw(flags),
            )
            for inputs, units in pairwise(sizes)
        ]
    )


def numbered(net: Network) -> Parameters:
    """Return parameters that are 1, 2, 3 ... in the order of the flat vector."""
    return Parameters(Layout(net), np.arange(1.0, Layout(net).size + 1))


@examples(60)
@given(networks())
def test_the_flat_vector_is_weights_then_biases_layer_by_layer(net):
    params, parts = numbered(net), []
    for l, layer in enumerate(net.layers, start=1):
        assert params.W[l].shape == (layer.inputs, layer.units)
        parts.append(params.W[l].ravel())
        if layer.bias == "none":
            assert params.b[l] is None
        else:
            assert params.b[l].shape == ((layer.units,) if layer.bias == "per_unit" else (1,))
            parts.append(params.b[l])
    assert np.array_equal(np.concatenate(parts), params.theta)
    assert len(params.W) == len(params.b) == net.depth


@examples(60)
@given(networks())
def test_the_views_share_their_memory_with_the_flat_vector(net):
    params = numbered(net)
    for block in params.layout.blocks:
        view = getattr(params, block.letter)[block.layer]
        if view is None:
            continue
        assert np.shares_memory(view, params.theta)
        view[...] = -1
    assert (params.theta == -1).all()


@examples(60)
@given(networks())
def test_the_masks_say_what_is_trained_and_what_is_a_weight(net):
    layout = Layout(net)
    trained = np.ones(layout.size, bool) if layout.trained is None else layout.trained
    for block in layout.blocks:
        part = slice(block.start, block.stop)
        layer = net.layer(block.layer)
        flag = layer.train_weights if block.letter == "W" else layer.train_bias
        assert block.trainable == flag
        assert (trained[part] == flag).all()
        assert (layout.weights[part] == (block.letter == "W")).all()
    if layout.trained is not None:
        assert not layout.trained.all()


@examples(60)
@given(networks(), st.sampled_from(["from_to", "to_from"]))
def test_arrays_that_go_out_come_in_again_in_either_orientation(net, orientation):
    params = numbered(net)
    weights, biases = params.to_arrays(orientation=orientation)
    again = Parameters.from_arrays(net, weights, biases, orientation=orientation)
    assert np.array_equal(again.theta, params.theta)


def test_the_two_orientations_are_transposes():
    net = Network.dense([2, 3])
    rows_are_inputs = [[[1, 2, 3], [4, 5, 6]]]
    rows_are_units = [[[1, 4], [2, 5], [3, 6]]]
    one = Parameters.from_arrays(net, rows_are_inputs, orientation="from_to")
    other = Parameters.from_arrays(net, rows_are_units, orientation="to_from")
    assert one.W[1].tolist() == other.W[1].tolist() == rows_are_inputs[0]
    assert one.to_arrays(orientation="to_from")[0][0].tolist() == rows_are_units[0]
    assert one.b[1].tolist() == [0, 0, 0]


def test_a_square_matrix_is_turned_too():
    net = Network.dense([2, 2])
    got = Parameters.from_arrays(net, [[[1, 2], [3, 4]]], orientation="to_from").W[1]
    assert got.tolist() == [[1, 3], [2, 4]]


@examples(40)
@given(networks())
def test_arrays_are_copied_in_and_out(net):
    params = numbered(net)
    weights, biases = params.to_arrays(orientation="from_to")
    given_ = [array for array in (*weights, *biases) if array is not None]
    before = [fingerprint(array) for array in given_]
    again = Parameters.from_arrays(net, weights, biases, orientation="from_to")
    again.theta[...] = -7
    assert [fingerprint(array) for array in given_] == before
    for array in given_:
        array[...] = -8
    assert (params.theta > 0).all()


# What is refused.

NET = Network.dense([2, 3, 1])
WEIGHTS = [np.ones((2, 3)), np.ones((3, 1))]
BIAS = [np.ones(3), np.ones(1)]


def test_the_orientation_must_be_said():
    with pytest.raises(TypeError, match="orientation"):
        Parameters.from_arrays(NET, WEIGHTS, BIAS)
    with pytest.raises(TypeError, match="orientation"):
        numbered(NET).to_arrays()


@pytest.mark.parametrize("orientation", ["from-to", "rows", None, 0])
def test_another_orientation_is_refused(orientation):
    with pytest.raises(UnknownNameError, match=r"the orientation was .*from_to, to_from"):
        Parameters.from_arrays(NET, WEIGHTS, BIAS, orientation=orientation)
    with pytest.raises(UnknownNameError, match="the orientation was"):
        numbered(NET).to_arrays(orientation=orientation)


@pytest.mark.parametrize(
    ("orientation", "shape", "asked"),
    [("from_to", (3, 2), "(2, 3)"), ("to_from", (2, 3), "(3, 2)"), ("from_to", (6,), "(2, 3)")],
)
def test_a_matrix_of_another_shape_is_refused_and_both_are_shown(orientation, shape, asked):
    wrong = [np.ones(shape), np.ones((3, 1) if orientation == "from_to" else (1, 3))]
    with pytest.raises(ShapeError) as error:
        Parameters.from_arrays(NET, wrong, orientation=orientation)
    assert str(error.value) == (
        f"the shape of W[1] was {shape}; it may be {asked} with orientation={orientation!r}"
    )


@pytest.mark.parametrize(
    ("bias", "given_", "asked"),
    [
        ("per_unit", (1,), "(3,)"),
        ("shared", (3,), "(1,)"),
        ("none", (3,), "(0,)"),
        ("per_unit", (1, 3), "(3,)"),
    ],
)
def test_a_bias_of_another_shape_is_refused_and_both_are_shown(bias, given_, asked):
    net = Network.dense([2, 3], bias=bias)
    with pytest.raises(ShapeError) as error:
        Parameters.from_arrays(net, [np.ones((2, 3))], [np.ones(given_)], orientation="from_to")
    assert str(error.value) == f"the shape of b[1] was {given_}; it may be {asked}"


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        (WEIGHTS[:1], None, "the number of weights was 1; it may be 2, one a layer"),
        (WEIGHTS, BIAS[:1], "the number of biases was 1; it may be 2, one a layer"),
        ([WEIGHTS[0], None], None, r"W\[2\] was None; it may be a matrix"),
        (None, None, r"W\[1\] was None; it may be a matrix"),
    ],
)
def test_an_array_that_is_missing_is_named(weights, biases, message):
    with pytest.raises(ShapeError, match=message):
        Parameters.from_arrays(NET, weights, biases, orientation="from_to")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_named_with_its_place(bad):
    weights = [WEIGHTS[0].copy(), WEIGHTS[1]]
    weights[0][1, 2] = bad
    with pytest.raises(InvalidValueError, match=rf"W\[1\] at row 1, column 2 was {bad}"):
        Parameters.from_arrays(NET, weights, orientation="from_to")
    with pytest.raises(InvalidValueError, match=rf"b\[2\] at index 0 was {bad}"):
        Parameters.from_arrays(NET, WEIGHTS, [BIAS[0], [bad]], orientation="from_to")


def test_a_number_too_large_for_the_precision_is_named():
    with pytest.raises(InvalidValueError, match=r"W\[1\] in float32 at row 0, column 0 was inf"):
        Parameters.from_arrays(Network.dense([1, 1]), [[[1e300]]], orientation="from_to", dtype=np.float32)


@pytest.mark.parametrize("bad", [[["a"]], [[1j]], [[None]], np.ma.array([[1.0]], mask=[[True]])])
def test_what_is_not_numbers_is_refused(bad):
    with pytest.raises(InvalidTypeError, match=r"W\[1\] was"):
        Parameters.from_arrays(Network.dense([1, 1]), [bad], orientation="from_to")


@pytest.mark.parametrize("bad", [0, 3, -1])
def test_layers_count_from_1(bad):
    params = numbered(NET)
    for letter in ("W", "b"):
        with pytest.raises(InvalidValueError, match=f"the layer of {letter} was {bad}; it may be 1 to 2"):
            getattr(params, letter)[bad]


@pytest.mark.parametrize("sizes", [[10**9, 10**9], [10**9, 10**9, 1], [1, 10**12]])
def test_a_network_too_large_for_this_machine_is_refused_before_it_is_allocated(monkeypatch, sizes):
    def nothing_may_be_allocated(*_: object, **__: object) -> None:
        raise AssertionError("allocated")

    net = Network.dense(sizes)
    monkeypatch.setattr(np, "zeros", nothing_may_be_allocated)
    with pytest.raises(TooLargeError, match=r"GiB of memory; it may be one that fits into the .* GiB"):
        Parameters.initial(net)
    with pytest.raises(TooLargeError, match="GiB"):
        Parameters.from_arrays(net, [], orientation="from_to")


# Initial parameters.


@examples(40)
@given(networks(), st.integers(0, 2**64 - 1), st.sampled_from([np.float32, np.float64, np.longdouble]))
def test_initial_weights_are_each_layers_initializers_and_biases_are_zero(net, seed, dtype):
    params = Parameters.initial(net, seed, dtype)
    assert params.theta.dtype == dtype
    assert params.theta.tobytes() == Parameters.initial(net, seed, dtype).theta.tobytes()
    for l, layer in enumerate(net.layers, start=1):
        drawn = layer.initializer.draw(layer.inputs, layer.units, seed, l)
        assert np.array_equal(params.W[l], drawn.astype(dtype))
        assert params.b[l] is None or not params.b[l].any()


def test_golden_initial_weights():
    params = Parameters.initial(Network.dense([2, 1]), seed=0)
    assert params.theta.tolist() == pytest.approx([-0.9165466102561308, -0.8815689147845702, 0], rel=1e-14)


@pytest.mark.parametrize("seed", [-1, 0.5, True, None, "0", 2**64])
def test_a_seed_is_a_whole_number_of_64_bits(seed):
    with pytest.raises(InvalidValueError, match="the seed was"):
        Parameters.initial(NET, seed)


# The same numbers elsewhere.


def test_like_and_astype_keep_the_layout_and_leave_the_original_alone():
    params = numbered(NET)
    before = fingerprint(params.theta)
    assert params.like(params.theta * 2).W[1][0, 0] == 2
    single = params.astype(np.float32)
    single.theta[...] = 0
    assert single.W[1].dtype == np.float32
    assert single.layout is params.layout
    assert fingerprint(params.theta) == before


def test_parameters_say_whose_they_are():
    assert repr(numbered(NET)) == ("Parameters(2-3-1, relu then identity, half_squared_error; 13 of float64)")


def test_items_by_layer_come_in_order_and_backwards():
    items = ByLayer("A", ["x", "y", "z"], first=0)
    assert [items[0], items[2]] == ["x", "z"]
    assert list(items) == ["x", "y", "z"]
    assert list(reversed(items)) == ["z", "y", "x"]
    assert "y" in items
    assert len(items) == 3
    assert repr(ByLayer("b", [1, None])) == "b[1] = 1\nb[2] = None"


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda params: pickle.loads(pickle.dumps(params))])
def test_a_duplicate_has_views_of_its_own_numbers(duplicate):
    params = numbered(NET)
    assert params.W[1][0, 0] == 1  # the views are made and kept
    other = duplicate(params)
    other.W[1][0, 0] = other.b[2][0] = -5
    assert (other.theta[0], other.theta[-1]) == (-5, -5)
    assert (params.theta[0], params.theta[-1]) == (1, 13)
    assert other.layout.network == NET
