import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeatable import examples

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError, UnknownNameError
from chainrule.network.activations import ACTIVATIONS, Activation
from chainrule.network.formula import Quantity
from chainrule.network.layers import Dense
from chainrule.network.losses import huber
from chainrule.network.network import Network

SIZES = st.lists(st.integers(1, 9), min_size=2, max_size=6)


@examples(60)
@given(SIZES)
def test_a_dense_network_has_the_sizes_it_was_given(sizes):
    net = Network.dense(sizes, hidden="tanh", output="sigmoid")
    assert net.sizes == tuple(sizes)
    assert net.depth == len(sizes) - 1 == len(net.layers)
    assert [net.layer(l).units for l in range(1, net.depth + 1)] == sizes[1:]
    assert [layer.activation.name for layer in net.layers[:-1]] == ["tanh"] * (net.depth - 1)
    assert net.layer(net.depth).activation.name == "sigmoid"
    assert net == Network(net.layers, "half_squared_error")


@pytest.mark.parametrize("number", [0, 3, -1])
def test_layers_count_from_1_to_L(number):
    with pytest.raises(InvalidValueError, match=f"the number of the layer was {number}; it may be 1 to 2"):
        Network.dense([1, 1, 1]).layer(number)


@pytest.mark.parametrize("sizes", [[], [3]])
def test_two_sizes_are_the_least(sizes):
    with pytest.raises(InvalidValueError, match=r"the list of sizes was .*two sizes or more"):
        Network.dense(sizes)


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "2"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_size_is_a_whole_number_of_1_or_more(size, place):
    sizes = [2, 2, 2]
    sizes[place] = size
    with pytest.raises(InvalidValueError, match=r"of a layer was .*a whole number, 1 or above"):
        Network.dense(sizes)


def test_layers_that_do_not_fit_are_shown_both():
    with pytest.raises(ShapeError) as error:
        Network([Dense(2, 3), Dense(4, 1)])
    assert "layer 1 has 3 units but layer 2 takes 4 inputs" in str(error.value)
    assert "Dense(2, 3, 'identity') and Dense(4, 1, 'identity')" in str(error.value)


def test_a_network_has_layers():
    with pytest.raises(InvalidValueError, match="the list of layers was empty"):
        Network([])
    with pytest.raises(InvalidTypeError, match=r"layer 2 was .*a Dense layer"):
        Network([Dense(1, 1), (1, 1)])


def test_dropout_is_left_out_at_the_last_layer_and_refused_there():
    net = Network.dense([2, 3, 4, 1], dropout=0.5)
    assert [layer.dropout for layer in net.layers] == [0.5, 0.5, 0]
    with pytest.raises(InvalidValueError, match=r"dropout of the output layer was 0.5"):
        Network([Dense(1, 1, dropout=0.5)])


def test_options_go_to_every_layer():
    net = Network.dense([2, 3, 1], bias="shared", train_bias=False, train_weights=False, initializer="zeros")
    for layer in net.layers:
        assert (layer.bias, layer.train_bias, layer.train_weights) == ("shared", False, False)
        assert layer.initializer.name == "zeros"


@pytest.mark.parametrize(
    ("net", "text"),
    [
        (Network.dense([2, 1]), "2-1, identity, half_squared_error"),
        (
            Network([Dense(4, 16, "relu"), Dense(16, 3, "softmax")], "cross_entropy"),
            "4-16-3, relu then softmax, cross_entropy",
        ),
        (
            Network.dense([1, 2, 2, 1], hidden="tanh", bias="none"),
            "1-2-2-1, tanh then identity, half_squared_error, no bias",
        ),
        (
            Network([Dense(1, 2, bias="shared", train_weights=False), Dense(2, 1, train_bias=False)]),
            "1-2-1, identity, half_squared_error, bias shared then per_unit, W[1] frozen, b[2] frozen",
        ),
        (Network([Dense(1, 1, bias="none", train_bias=False)]), "1-1, identity, half_squared_error, no bias"),
    ],
)
def test_a_network_says_what_it_is_in_one_line(net, text):
    assert str(net) == text


def test_a_network_and_its_layers_cannot_be_changed():
    net = Network.dense([1, 1])
    with pytest.raises(AttributeError):
        net.loss = huber()
    assert isinstance(net.layers, tuple)


def test_unknown_names_are_answered():
    with pytest.raises(UnknownNameError, match=r"the loss was 'hubert'.*did you mean huber"):
        Network.dense([1, 1], loss="hubert")
    with pytest.raises(UnknownNameError, match=r"the activation was 'rellu'.*did you mean relu"):
        Network.dense([1, 1, 1], hidden="rellu")
    with pytest.raises(TypeError):
        Network.dense([1, 1], colour="red")


OWN = Activation(
    name="cubic",
    formula=Quantity("z") ** 3,
    slope=3 * Quantity("z") ** 2,
    value=lambda z: z**3,
    derivative=lambda z, a: 3 * z**2,
    source="this test",
    also=("third_power",),
)


def test_an_activation_of_ones_own_is_taken_as_an_object_as_a_pair_and_by_its_name(monkeypatch):
    assert Dense(1, 1, OWN).activation is OWN
    assert Dense(1, 1, (np.sin, np.cos)).activation.name == "own"
    with pytest.raises(UnknownNameError):
        Dense(1, 1, "cubic")
    monkeypatch.setitem(ACTIVATIONS, "cubic", OWN)
    assert Network.dense([1, 2, 1], hidden="Third Power").layer(1).activation is OWN
