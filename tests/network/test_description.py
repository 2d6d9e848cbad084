"""A description gives back what it describes, and nothing else passes for one."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeatable import examples

from chainrule.errors import (
    ChainruleError,
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    TooLargeError,
    UnknownNameError,
)
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.description import (
    LARGEST_SIZE,
    MOST_LAYERS,
    describe,
    describe_optimizer,
    describe_penalty,
    network_from,
    optimizer_from,
    penalty_from,
)
from chainrule.network.initializers import INITIALIZERS, Initializer
from chainrule.network.layers import BIASES, Dense
from chainrule.network.losses import LOSSES, Loss, huber, pinball
from chainrule.network.network import Network
from chainrule.network.optimizers import OPTIMIZERS, Adam, Momentum
from chainrule.network.penalties import Penalty

FRACTIONS = st.floats(0, 1, exclude_max=True)
INSIDE = st.floats(0, 1, exclude_min=True, exclude_max=True)
POSITIVE = st.floats(0, exclude_min=True, allow_infinity=False)
SIZES = st.integers(1, 2000)


def losses_for(outputs):
    """Return every loss: the rows of the table, and those that are made with settings."""
    quantiles = st.lists(INSIDE, min_size=outputs, max_size=outputs) if outputs < 9 else st.tuples(INSIDE)
    made = st.one_of(st.builds(huber, POSITIVE), quantiles.map(lambda numbers: pinball(*numbers)))
    return st.one_of(st.sampled_from(sorted(LOSSES)).map(LOSSES.get), made)


@st.composite
def networks(draw):
    sizes = draw(st.lists(SIZES, min_size=2, max_size=6))
    loss = draw(losses_for(sizes[-1]))
    layers = []
    for number in range(1, len(sizes)):
        last = number == len(sizes) - 1
        activations = loss.admits if last and loss.admits else sorted(ACTIVATIONS)
        layers.append(
            Dense(
                sizes[number - 1],
                sizes[number],
                draw(st.sampled_from(activations)),
                bias=draw(st.sampled_from(BIASES)),
                train_weights=draw(st.booleans()),
                train_bias=draw(st.booleans()),
                dropout=0.0 if last else draw(FRACTIONS),
                initializer=draw(st.sampled_from([None, *INITIALIZERS])),
            )
        )
    return Network(layers, loss)


@st.composite
def optimizers(draw):
    made = OPTIMIZERS[draw(st.sampled_from(sorted(OPTIMIZERS)))].make
    by_name = {
        **dict.fromkeys(("learning_rate", "epsilon", "tolerance"), POSITIVE),
        "nesterov": st.booleans(),
        "memory": st.integers(1),
    }
    return made(**{name: draw(by_name.get(name, FRACTIONS)) for name in made.__dataclass_fields__})


def through_json(description):
    return json.loads(json.dumps(description, sort_keys=True, allow_nan=False))


def changed(**changes):
    """Return the description of a small network, its first layer changed."""
    description = describe(Network.dense([2, 3, 1]))
    description["layers"][0].update(changes)
    return description


@examples(300)
@given(networks())
def test_network_round_trip(network):
    description = describe(network)
    again = network_from(through_json(description))
    assert again == network
    assert describe(again) == description == through_json(description)


@examples(200)
@given(optimizers())
def test_optimizer_round_trip(optimizer):
    again = optimizer_from(through_json(describe_optimizer(optimizer)))
    assert again == optimizer
    assert type(again) is type(optimizer)


@examples(50)
@given(st.builds(Penalty, l2=st.floats(0, 1e9), l1=st.floats(0, 1e9)))
def test_penalty_round_trip(penalty):
    assert penalty_from(through_json(describe_penalty(penalty))) == penalty


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_optimizer_can_be_described(name):
    made = OPTIMIZERS[name].make()
    assert optimizer_from(through_json(describe_optimizer(made))) == made
    assert optimizer_from({"name": name}) == made


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_every_loss_can_be_described(name):
    output = (*LOSSES[name].admits, "identity")[0]
    network = Network.dense([2, 3], output=output, loss=name)
    assert network_from(through_json(describe(network))) == network


def test_settings_are_kept_and_are_part_of_what_a_loss_is():
    network = Network.dense([2, 3], loss=pinball(0.1, 0.5, 0.9))
    assert describe(network)["loss"] == {"name": "pinball", "settings": {"quantiles": [0.1, 0.5, 0.9]}}
    again = network_from(through_json(describe(network)))
    assert again.loss.constants["q"].tolist() == [0.1, 0.5, 0.9]
    assert again != Network.dense([2, 3], loss=pinball(0.1, 0.5, 0.8))
    assert Network.dense([2, 3], loss=huber(1)) == Network.dense([2, 3], loss="huber")
    assert Network.dense([2, 3], loss=huber(2)) != Network.dense([2, 3], loss="huber")


def test_numbers_of_numpy_become_plain_ones():
    optimizer = Momentum(np.float32(0.5), np.float64(0.25), nesterov=np.bool_(True))
    assert json.dumps(describe_optimizer(optimizer)).endswith('"momentum": 0.25, "nesterov": true}')
    network = Network(
        [Dense(np.int64(2), np.int32(1), train_bias=np.bool_(False))], loss=huber(np.float32(2))
    )
    assert network_from(through_json(describe(network))) == network


def test_what_is_left_out_has_its_default():
    description = {"layers": [{"inputs": 4, "units": 3, "activation": "relu"}], "loss": {"name": "pinball"}}
    assert network_from(description) == Network([Dense(4, 3, "relu")], "pinball")
    assert optimizer_from({"name": "adam"}) == Adam()
    assert penalty_from({}) == Penalty()


def test_other_common_names_are_understood():
    description = changed(activation="logistic", initializer="xavier_uniform")
    assert network_from(description).layer(1) == Dense(2, 3, "sigmoid", initializer="glorot_uniform")


OWN_LOSS = Loss("mine", *(getattr(LOSSES["huber"], name) for name in ("formula", "slope")), abs, abs, "me")


@pytest.mark.parametrize(
    ("network", "whose"),
    [
        (Network.dense([2, 2, 1], hidden=(np.sin, np.cos)), "activation of layer 1, 'own'"),
        (Network.dense([2, 1], output=replace(ACTIVATIONS["relu"], value=np.sin)), "layer 1, 'relu'"),
        (
            Network.dense([2, 1], initializer=Initializer("huge", "normal", lambda i, u: 1e9, "me")),
            "initializer of layer 1, 'huge'",
        ),
        (Network.dense([2, 1], loss=OWN_LOSS), "loss, 'mine'"),
        (Network.dense([2, 1], loss=replace(LOSSES["squared_error"], terms=np.add)), "loss, 'squared_error'"),
        (Network.dense([2, 1], loss=replace(huber(2.0), terms=np.add)), "loss, 'huber'"),
        (Network.dense([2, 1], loss=replace(huber(2.0), settings={"delta": np.add})), "loss, 'huber'"),
        (Network.dense([2, 2], loss=replace(pinball(0.1, 0.2), constants={"q": np.ones(2)})), "'pinball'"),
    ],
)
def test_what_is_code_cannot_be_described(network, whose):
    with pytest.raises(InvalidValueError, match=f"{whose}, was one of your own; .*numpy.savez"):
        describe(network)


def test_an_optimizer_of_ones_own_cannot_be_described():
    class Mine(Adam):
        pass

    with pytest.raises(InvalidValueError, match="the optimizer, 'Mine', was one of your own"):
        describe_optimizer(Mine())


@pytest.mark.parametrize(
    ("description", "kind", "message"),
    [
        (None, InvalidTypeError, "the network was None; it may be a table"),
        ([], InvalidTypeError, "the network was"),
        ({}, InvalidValueError, "the network had no entry 'layers'"),
        (
            {"layers": [], "loss": {"name": "huber"}},
            InvalidValueError,
            "the list of layers was empty",
        ),
        ({"layers": {}, "loss": {}}, InvalidTypeError, "the entry 'layers' of the network was {}"),
        ({"layer": [], "loss": {}}, UnknownNameError, "did you mean layers"),
        ({"layers": [None], "loss": {"name": "huber"}}, InvalidTypeError, "layer 1 was None"),
        ({"layers": [{}], "loss": {"name": "huber"}}, InvalidValueError, "layer 1 had no entry 'inputs'"),
        (changed(activation="rely"), UnknownNameError, "the activation of layer 1 was 'rely'.*mean relu"),
        (changed(activation=["relu"]), InvalidTypeError, "'activation' of layer 1 was .*; it may be text"),
        (changed(activation="__import__('os').system"), UnknownNameError, "activation of layer 1"),
        (changed(initializer="he_unform"), UnknownNameError, "did you mean he_uniform"),
        (changed(bias="per unit"), UnknownNameError, "did you mean per_unit"),
        (changed(units=True), InvalidTypeError, "'units' of layer 1 was True; it may be a whole number"),
        (changed(units=3.0), InvalidTypeError, "'units' of layer 1 was 3.0"),
        (changed(units=0), InvalidValueError, "the number of units of a layer was 0"),
        (changed(inputs=-1), InvalidValueError, "the number of inputs of a layer was -1"),
        (changed(units=LARGEST_SIZE + 1), TooLargeError, "a size of layer 1 was 2147483648"),
        (changed(units=4), ShapeError, "layer 1 has 4 units but layer 2 takes 3"),
        (changed(train_bias=1), InvalidTypeError, "'train_bias' of layer 1 was 1; it may be true or false"),
        (changed(dropout=1), InvalidValueError, "dropout was 1"),
        (changed(dropout=10**400), InvalidValueError, "dropout was 1000"),
        (changed(dropout="0"), InvalidTypeError, "'dropout' of layer 1 was '0'; it may be a number"),
        (changed(code="print()"), UnknownNameError, "the entry of layer 1 was 'code'"),
    ],
)
def test_networks_that_are_refused(description, kind, message):
    with pytest.raises(kind, match=message):
        network_from(description)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("huber", "'loss' of the network was 'huber'; it may be a table"),
        ({"name": "hubert"}, "did you mean huber"),
        ({"settings": {}}, "the loss had no entry 'name'"),
        ({"name": "huber", "settings": {"delta": 0}}, "delta of the Huber loss was 0"),
        ({"name": "huber", "settings": {"delta": True}}, "'delta' of the settings .* was True"),
        ({"name": "huber", "settings": {"detla": 1}}, "did you mean delta"),
        ({"name": "pinball", "settings": {"quantiles": 0.5}}, "'quantiles' .* was 0.5; it may be a list"),
        ({"name": "pinball", "settings": {"quantiles": []}}, "the list of quantiles was empty"),
        ({"name": "pinball", "settings": {"quantiles": [0.5, "x"]}}, "an entry of the list of quantiles"),
        ({"name": "pinball", "settings": {"quantiles": [1.5]}}, "the quantile was 1.5"),
        (
            {"name": "pinball", "settings": {"quantiles": [0.5, 0.6, 0.7]}},
            "the number of quantiles of the loss",
        ),
        ({"name": "poisson", "settings": {"delta": 1}}, "settings of the loss poisson was 'delta'.* none"),
        ({"name": "cross_entropy"}, "the output activation for the loss cross_entropy was"),
    ],
)
def test_losses_that_are_refused(loss, message):
    with pytest.raises(ChainruleError, match=message):
        network_from({"layers": [{"inputs": 2, "units": 1}], "loss": loss})


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (None, "the optimizer was None"),
        ({}, "the name of the optimizer was None; it may be text"),
        ({"name": ["adam"]}, "the name of the optimizer was"),
        ({"name": "adamm"}, "did you mean adam"),
        ({"name": "adam", "learning_rat": 0.1}, "did you mean learning_rate"),
        ({"name": "adam", "learning_rate": 0}, "the learning rate was 0"),
        ({"name": "adam", "learning_rate": "0.1"}, "it may be a number"),
        ({"name": "adam", "momentum": 0.9}, "the entry of the optimizer was 'momentum'"),
        ({"name": "momentum", "nesterov": 1}, "'nesterov' of the optimizer was 1; it may be true or false"),
        ({"name": "adam", "make": "os.system"}, "the entry of the optimizer was 'make'"),
    ],
)
def test_optimizers_that_are_refused(description, message):
    with pytest.raises(ChainruleError, match=message):
        optimizer_from(description)


def test_penalties_that_are_refused():
    with pytest.raises(InvalidValueError, match="the penalty l2 was -1"):
        penalty_from({"l2": -1})
    with pytest.raises(UnknownNameError, match="the entry of the penalty was 'l3'"):
        penalty_from({"l3": 1})


def test_more_layers_than_allowed_are_refused_on_both_ways():
    layer = {"inputs": 1, "units": 1}
    network_from({"layers": [layer] * MOST_LAYERS, "loss": {"name": "huber"}})
    with pytest.raises(TooLargeError, match="the number of layers was 1001; it may be at most 1,000"):
        network_from({"layers": [layer] * (MOST_LAYERS + 1), "loss": {"name": "huber"}})
    with pytest.raises(TooLargeError, match="the number of layers was 1001"):
        describe(Network([Dense(1, 1)] * (MOST_LAYERS + 1)))
    with pytest.raises(TooLargeError, match="a size of layer 1 was 2147483648"):
        describe(Network([Dense(1, LARGEST_SIZE + 1)]))


def test_very_long_names_are_refused_at_once():
    start = time.perf_counter()
    for description in (changed(activation="r" * 1_000_000), changed(**{"a" * 1_000_000: 1})):
        with pytest.raises(UnknownNameError) as error:
            network_from(description)
        assert len(str(error.value)) < 500
    assert time.perf_counter() - start < 0.1  # a thousandth, cut short before the search for the nearest


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@examples(300)
@given(JSON, st.sampled_from([network_from, optimizer_from, penalty_from]))
def test_anything_else_is_refused_in_a_sentence(description, read):
    try:
        read(description)
    except ChainruleError:
        return
    assert (description, read) == ({}, penalty_from)


@st.composite
def damaged(draw):
    """Return the description of a network, one of its values replaced by any other."""
    description = through_json(describe(draw(networks())))
    places, stack = [], [description]
    while stack:
        inner = stack.pop()
        for key in inner if isinstance(inner, dict) else range(len(inner)):
            places.append((inner, key))
            if isinstance(inner[key], dict | list):
                stack.append(inner[key])
    inner, key = draw(st.sampled_from(places))
    inner[key] = draw(JSON | st.sampled_from([0, 1, "relu", "zeros", "shared", 0.5, True]))
    return description


@examples(300)
@given(damaged())
def test_a_damaged_description_is_refused_or_is_a_network(description):
    try:
        network = network_from(description)
    except ChainruleError:
        return
    assert network_from(describe(network)) == network
