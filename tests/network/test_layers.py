import numpy as np
import pytest

from chainrule.errors import InvalidValueError, UnknownNameError
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.initializers import INITIALIZERS
from chainrule.network.layers import BIASES, Dense


def test_a_layer_says_how_it_was_made():
    assert repr(Dense(4, 16, "relu")) == "Dense(4, 16, 'relu')"
    assert repr(Dense(4, 16)) == "Dense(4, 16, 'identity')"
    full = Dense(
        2,
        3,
        "logistic",
        bias="shared",
        train_weights=False,
        train_bias=False,
        dropout=0.5,
        initializer="zeros",
    )
    assert repr(full) == (
        "Dense(2, 3, 'sigmoid', bias='shared', train_weights=False, train_bias=False, dropout=0.5, "
        "initializer='zeros')"
    )


@pytest.mark.parametrize(
    "layer",
    [Dense(4, 16, "relu"), Dense(1, 1, "tanh", bias="none", dropout=0.25, initializer="normal")],
    ids=repr,
)
def test_what_a_layer_says_makes_the_same_layer(layer):
    assert eval(repr(layer), {"Dense": Dense}) == layer


@pytest.mark.parametrize(("bias", "biases"), [("per_unit", 3), ("shared", 1), ("none", 0)])
def test_how_many_biases_a_layer_has(bias, biases):
    assert Dense(2, 3, bias=bias).biases == biases
    assert bias in BIASES


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "2", None, np.nan])
def test_a_size_is_a_whole_number_of_1_or_more(size):
    with pytest.raises(
        InvalidValueError, match=r"the number of inputs of a layer was .*whole number, 1 or above"
    ):
        Dense(size, 1)
    with pytest.raises(
        InvalidValueError, match=r"the number of units of a layer was .*whole number, 1 or above"
    ):
        Dense(1, size)


def test_a_wide_layer_is_only_words_until_it_has_parameters():
    assert Dense(10**9, 10**9).units == 10**9


@pytest.mark.parametrize("dropout", [1, 1.5, -0.1, np.nan, "0.5"])
def test_dropout_is_from_0_up_to_below_1(dropout):
    with pytest.raises(InvalidValueError, match="dropout was"):
        Dense(1, 1, dropout=dropout)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"activation": "sigmod"}, "the activation was 'sigmod'.*did you mean sigmoid"),
        ({"bias": "per-unit"}, "the bias was 'per-unit'.*did you mean per_unit"),
        ({"bias": True}, "the bias was True"),
        ({"initializer": "xavier"}, "the initializer was 'xavier'"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(option, message):
    with pytest.raises(UnknownNameError, match=message):
        Dense(1, 1, **option)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_initializer_is_the_one_that_suits_the_activation(name):
    assert Dense(1, 1, name).initializer is INITIALIZERS[ACTIVATIONS[name].initializer]
    assert Dense(1, 1, name, initializer="normal").initializer is INITIALIZERS["normal"]


def test_a_layer_cannot_be_changed():
    with pytest.raises(AttributeError):
        Dense(1, 1).units = 2
