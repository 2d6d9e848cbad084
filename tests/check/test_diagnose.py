"""A mistake that was planted in an independent backward pass is named, with its layer; a right one is not."""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.check.diagnose import diagnose, diagnose_numbers
from chainrule.check.lines import Setting
from chainrule.check.mistakes import MISTAKES
from chainrule.network.program import Data

sys.path.insert(0, str(Path(__file__).parent))

from planted import (
    BETA1,
    BETA2,
    DECAY,
    EPSILON,
    ETA,
    MOMENTUM,
    PROBES,
    SHARED,
    WEIGHT_DECAY,
    gradients,
    probe,
    two_steps,
)

RULES = {
    "descent": cr.GradientDescent(ETA),
    "momentum": cr.Momentum(ETA, MOMENTUM),
    "rmsprop": cr.RMSprop(ETA, DECAY, EPSILON),
    "adam": cr.Adam(ETA, BETA1, BETA2, EPSILON),
    "adamw": cr.AdamW(ETA, BETA1, BETA2, EPSILON, WEIGHT_DECAY),
}
NETWORKS = {**PROBES, "3-4-2 shared": SHARED}


def ours(net):
    """A probe as a network of ours."""
    options = {"bias": "shared" if net.shared else "per_unit", "train_bias": not net.frozen}
    layers = [
        cr.Dense(*size, f, **options)
        for *size, f in zip(net.sizes, net.sizes[1:], net.activations, strict=False)
    ]
    network = cr.Network(layers, loss=net.loss)
    return network, cr.Parameters.from_arrays(network, net.W, net.b, orientation="from_to")


def setting(net):
    network, parameters = ours(net)
    data = Data.of(network, net.X, net.Y)
    return Setting(
        network, parameters, data, RULES[net.rule], cr.Penalty(l2=net.l2), steps=2, loss_known=True
    )


def found_in(net, dW, db, **options):
    """What is found in gradients alone."""
    network, parameters = ours(net)
    given = {f"dW[{l}]": values for l, values in enumerate(dW, 1)}
    given |= {f"db[{l}]": values for l, values in enumerate(db, 1)}
    return diagnose(network, parameters, net.X, net.Y, given, penalty=cr.Penalty(l2=net.l2), **options)


def found_in_steps(net, steps):
    """What is found in all the numbers of two steps."""
    return diagnose(*ours(net), net.X, net.Y, steps, optimizer=RULES[net.rule], penalty=cr.Penalty(l2=net.l2))


def differs(net, *mistakes) -> bool:
    """Whether mistakes are any there: A - Y is right where the output is linear."""
    pairs = zip(two_steps(net), two_steps(net, *mistakes), strict=True)
    return not all(
        np.shape(one[name]) == np.shape(other[name]) and np.allclose(one[name], other[name], rtol=1e-9)
        for one, other in pairs
        for name in one
    )


def places(net, *, convention):
    """Every mistake of the catalogue in every layer where it is one; a convention in all of them at once."""
    for mistake in MISTAKES:
        layers = [l for l in range(1, len(net.W) + 1) if mistake.fits(setting(net), l)]
        here = (
            [tuple((mistake.name, l) for l in layers)]
            if convention
            else [((mistake.name, l),) for l in layers]
        )
        if mistake.convention == convention:
            yield from (each for each in here if each and differs(net, *each))


CASES = [
    pytest.param(name, planted, id=f"{name}: {planted[0][0]} in {planted[-1][1]}")
    for name, net in NETWORKS.items()
    for convention in (True, False)
    for planted in places(net, convention=convention)
]


def test_every_row_of_the_catalogue_is_planted_somewhere():
    assert {mistake.name for mistake in MISTAKES} == {case.values[1][0][0] for case in CASES}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_steps_that_mistakes_are_planted_in_are_right_without_one(name):
    net = NETWORKS[name]
    assert found_in_steps(net, two_steps(net)).answer == "no mistake"
    if not net.frozen:
        assert found_in(net, *gradients(net)).answer == "no mistake"


@pytest.mark.parametrize(("name", "planted"), CASES)
def test_a_planted_mistake_is_named_or_among_those_that_cannot_be_told_apart(name, planted):
    net = NETWORKS[name]
    found = found_in_steps(net, two_steps(net, *planted))
    assert planted in found.names, str(found)
    assert found.digits > 10


@pytest.mark.slow
def test_at_least_95_of_100_are_named_alone():
    """The others are the same numbers: where the deltas of a layer sum to 0, as those of softmax do."""
    alone = [
        found_in_steps(NETWORKS[name], two_steps(NETWORKS[name], *planted)).names == {planted}
        for name, planted in (case.values for case in CASES)
    ]
    assert len(alone) > 300
    assert np.mean(alone) >= 0.95


@pytest.mark.parametrize(("name", "planted"), [case for case in CASES if case.values[0] == "3-4-2-3"])
def test_a_mistake_in_every_layer_is_named_once_with_the_layers(name, planted):
    net, (mistake, _) = NETWORKS[name], planted[0]
    everywhere = tuple(
        (mistake, layer)
        for other, ((found, layer), *_) in (case.values for case in CASES)
        if (other, found) == (name, mistake)
    )
    found = found_in_steps(net, two_steps(net, *everywhere))
    assert everywhere in found.names, str(found)


def can_stand_together(one, other):
    """Whether two mistakes are in different lines: no two lines at one place."""
    equations = {mistake.name: mistake.equation for mistake in MISTAKES}
    return (equations[one[0]], one[1]) != (equations[other[0]], other[1])


@pytest.mark.slow
def test_of_two_mistakes_at_least_80_of_100_pairs_are_named():
    pairs = [
        (name, one, other)
        for name in PROBES
        for one, other in combinations(
            [case.values[1] for case in CASES if case.values[0] == name and len(case.values[1]) == 1], 2
        )
        if can_stand_together(*one, *other) and differs(PROBES[name], *one, *other)
    ]
    chosen = np.random.default_rng(0).choice(len(pairs), 50, replace=False)
    named = []
    for name, one, other in (pairs[each] for each in chosen):
        found = found_in_steps(PROBES[name], two_steps(PROBES[name], *one, *other))
        named.append(any(set(each) == {*one, *other} for each in found.names))
    assert np.mean(named) >= 0.8


ACTIVATIONS = ("sigmoid", "tanh", "relu", "identity")


def test_no_correct_implementation_in_another_convention_is_accused():
    rng = np.random.default_rng(0)
    conventions = [mistake.name for mistake in MISTAKES if mistake.convention]
    for _ in range(1000):
        sizes = tuple(rng.integers(1, 6, rng.integers(2, 5)))
        inner = tuple(rng.choice(ACTIVATIONS, len(sizes) - 2))
        loss, output = [
            ("squared_error", "tanh"),
            ("half_squared_error", "sigmoid"),
            ("cross_entropy", "softmax"),
        ][rng.integers(3)]
        more = {
            "rows": int(rng.integers(1, 6)),
            "seed": int(rng.integers(1 << 30)),
            "l2": rng.choice([0, 0.3]),
        }
        net = probe(sizes, (*inner, output), loss, **more)
        meant = rng.choice(conventions, rng.integers(0, 3), replace=False)
        dW, db = gradients(net, *((name, len(sizes) - 1) for name in meant))
        if rng.integers(2):
            dW, db = ([each.astype(np.float32) for each in arrays] for arrays in (dW, db))
        turned = {}
        if rng.integers(2):
            dW, turned = [each.T for each in dW], {"orientation": "to_from"}
        found = found_in(net, dW, db, optimizer=cr.GradientDescent(ETA), **turned)
        first = found.explanations[0]
        assert all(each.mistake.convention for each in first), f"{net.sizes} {meant}: {found}"


def test_numbers_with_few_digits_are_enough_and_no_more_is_said_than_they_support():
    net = PROBES["3-4-2-3"]
    dW, db = gradients(net, ("hidden-derivative-missing", 1))
    found = found_in(net, *([np.round(each, 4) for each in arrays] for arrays in (dW, db)))
    assert found.names == {(("hidden-derivative-missing", 1),)}
    assert 2 < found.digits < 6


def test_one_array_of_gradients_can_be_enough():
    net = PROBES["3-4-2-3"]
    network, parameters = ours(net)
    dW, _ = gradients(net, ("only-last-path", 2))
    assert diagnose(network, parameters, net.X, net.Y, {"dW[1]": dW[0]}).names == {(("only-last-path", 2),)}


def test_what_is_in_no_catalogue_is_answered_with_what_goes_wrong_first():
    net = PROBES["3-4-2-3"]
    dW, db = gradients(net)
    dW[1] = 1.7 * dW[1]
    found = found_in(net, dW, db, optimizer=cr.GradientDescent(ETA))
    assert found.answer == "not in the catalogue"
    assert found.first_wrong == "dW[2], 1.7 times what it should be"
    assert "1.7 times" in str(found)


def test_a_constant_ratio_has_all_its_causes_named():
    net = probe((2, 3, 2), ("tanh", "sigmoid"), "half_squared_error", rows=2)
    dW, db = gradients(net, ("sum-over-rows", 2))  # twice as large, as without the half
    found = found_in(net, dW, db)
    assert found.answer == "convention"
    assert found.names == {(("sum-over-rows", 2),), (("loss-without-half", 2),)}


def test_gradients_of_ours_are_given_as_they_are():
    jain = cr.tutorials.load("jain")
    tape = cr.forward(jain.network, jain.parameters, jain.X)
    mine = cr.backward(jain.network, jain.parameters, tape, jain.Y)
    before = mine.theta.copy()
    assert diagnose(jain.network, jain.parameters, jain.X, jain.Y, mine).answer == "no mistake"
    np.testing.assert_array_equal(mine.theta, before)


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"dW[9]": [[1.0]]}, cr.UnknownNameError, "dW[1]"),
        ({"dW[1]": [[1.0]]}, cr.ShapeError, "the shape of dW[1] was (1, 1); it may be (3, 4)"),
        ({}, cr.InvalidTypeError, "arrays by their names"),
        ([1.0], cr.InvalidTypeError, "arrays by their names"),
        ({"W_after[1]": np.zeros((3, 4))}, cr.UnknownNameError, "the name of a number"),
        ([], cr.InvalidTypeError, "arrays by their names"),
        ([{}, {}], cr.InvalidTypeError, "arrays by their names"),
        ({"dW[1]": np.zeros((4, 3))}, cr.ShapeError, 'orientation="to_from" takes its transpose'),
    ],
)
def test_what_cannot_be_compared_gets_one_sentence(given, kind, words):
    net = PROBES["3-4-2-3"]
    with pytest.raises(kind) as caught:
        diagnose(*ours(net), net.X, net.Y, given)
    assert words in str(caught.value)


def test_a_step_with_dropout_is_refused_and_not_accused():
    net = cr.Network([cr.Dense(2, 3, "tanh", dropout=0.5), cr.Dense(3, 1)])
    trace = cr.Model(net, seed=1).trace([[0.5, -1]], [[0.25]], dropout_seed=1)
    gradient = next(each for each in trace if each.quantity.name == "dW")
    with pytest.raises(cr.InvalidValueError, match="the step to diagnose"):
        diagnose_numbers(trace, {trace.name(gradient.quantity): gradient.value})


def test_gradients_may_be_given_in_the_other_orientation():
    net = PROBES["3-4-2-3"]
    dW, db = gradients(net, ("only-last-path", 1))
    found = found_in(net, [each.T for each in dW], db, orientation="to_from")
    assert found.names == {(("only-last-path", 1),)}


@pytest.mark.parametrize("optimizer", [cr.Adam(0.1), cr.Momentum(0.1), cr.GradientDescent(0.1)])
def test_every_number_of_a_right_step_has_no_mistake(optimizer):
    net = cr.Network.dense([2, 3, 2], hidden="tanh", output="sigmoid", bias="shared")
    trace = cr.Model(net, seed=1).trace([[0.5, -1], [1, 2]], [[0.25, 0], [1, 0]], optimizer=optimizer)
    mine = {trace.name(each.quantity): repr(each.value) for each in trace}
    assert diagnose_numbers(trace, mine).answer == "no mistake"


def test_numbers_of_a_step_that_overflowed_are_diagnosed_without_a_warning():
    network = cr.Network.dense([1, 3, 2], hidden="identity")
    parameters = cr.Parameters.initial(network, 0)
    trace = cr.Model(network, parameters.like(parameters.theta + 1e200)).trace([[1.0]], [[0.0, 0.0]])
    names = [trace.name(each.quantity) for each in trace if each.quantity.name in ("dW", "db")]
    for value in (1e-320, 1e308):
        assert str(diagnose_numbers(trace, {names[0]: value, names[-1]: value}))
