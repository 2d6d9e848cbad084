"""A mistake that was planted in an independent backward pass is named, with its layer; a right one is not."""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.check.diagnose import diagnose, diagnose_numbers
from chainrule.check.mistakes import MISTAKES

sys.path.insert(0, str(Path(__file__).parent))

from planted import PROBES, gradients, probe

RATE = 0.5  # as in `gradients`
BY_NAME = {mistake.name: mistake for mistake in MISTAKES}


def ours(net):
    """A probe as a network of ours."""
    layers = [cr.Dense(*size, f) for *size, f in zip(net.sizes, net.sizes[1:], net.activations, strict=False)]
    network = cr.Network(layers, loss=net.loss)
    return network, cr.Parameters.from_arrays(network, net.W, net.b, orientation="from_to")


def found_in(net, dW, db, **options):
    network, parameters = ours(net)
    given = {f"dW[{l}]": values for l, values in enumerate(dW, 1)}
    given |= {f"db[{l}]": values for l, values in enumerate(db, 1)}
    return diagnose(network, parameters, net.X, net.Y, given, **options)


def differs(net, mistake, layer) -> bool:
    """Whether a mistake is one there: A - Y is right where the output is linear."""
    pairs = zip(gradients(net), gradients(net, (mistake, layer)), strict=True)
    return not all(
        np.allclose(a, b, rtol=1e-9) for one, other in pairs for a, b in zip(one, other, strict=True)
    )


CASES = [
    pytest.param(probe, mistake.name, layer, id=f"{probe}: {mistake.name} in {layer}")
    for probe, net in PROBES.items()
    for mistake in MISTAKES
    for layer in range(1, len(net.W) + 1)
    if mistake.fits(ours(net)[0], layer) and differs(net, mistake.name, layer)
]


@pytest.mark.parametrize("probe", PROBES)
def test_the_pass_that_mistakes_are_planted_in_is_right_without_one(probe):
    assert found_in(PROBES[probe], *gradients(PROBES[probe]), learning_rate=RATE).answer == "no mistake"


@pytest.mark.parametrize(("probe", "mistake", "layer"), CASES)
def test_a_planted_mistake_is_named_or_among_those_that_cannot_be_told_apart(probe, mistake, layer):
    net = PROBES[probe]
    planted = gradients(net, (mistake, layer))
    found = found_in(net, *planted, learning_rate=RATE)
    assert ((mistake, layer),) in found.names, str(found)
    assert found.digits > 10


def test_at_least_95_of_100_are_named_alone():
    """The others are the same numbers: where the deltas of a layer sum to 0, as those of softmax do."""
    alone = [
        found_in(PROBES[probe], *gradients(PROBES[probe], (name, layer)), learning_rate=RATE).names
        == {((name, layer),)}
        for probe, name, layer in (case.values for case in CASES)
    ]
    assert len(alone) > 100
    assert np.mean(alone) >= 0.95


PAIRS = [
    (probe, one, other)
    for probe in PROBES
    for one, other in combinations([tuple(case.values[1:]) for case in CASES if case.values[0] == probe], 2)
    if (BY_NAME[one[0]].equation, one[1]) != (BY_NAME[other[0]].equation, other[1])
]


def test_of_two_mistakes_at_least_80_of_100_pairs_are_named():
    chosen = np.random.default_rng(0).choice(len(PAIRS), 200, replace=False)
    named = []
    for place, one, other in (PAIRS[each] for each in chosen):
        found = found_in(PROBES[place], *gradients(PROBES[place], one, other), learning_rate=RATE)
        named.append(any(set(each) == {one, other} for each in found.names))
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
        net = probe(
            sizes, (*inner, output), loss, rows=int(rng.integers(1, 6)), seed=int(rng.integers(1 << 30))
        )
        meant = rng.choice(conventions, rng.integers(0, 3), replace=False)
        dW, db = gradients(net, *((name, len(sizes) - 1) for name in meant))
        if rng.integers(2):
            dW, db = ([each.astype(np.float32) for each in arrays] for arrays in (dW, db))
        found = found_in(net, dW, db, learning_rate=RATE)
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
    found = found_in(net, dW, db, learning_rate=RATE)
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
    ],
)
def test_what_cannot_be_compared_gets_one_sentence(given, kind, words):
    net = PROBES["3-4-2-3"]
    with pytest.raises(kind) as caught:
        diagnose(*ours(net), net.X, net.Y, given)
    assert words in str(caught.value)


def test_a_step_with_a_penalty_or_dropout_is_refused_and_not_accused():
    net = cr.Network.dense([2, 3, 1], hidden="tanh")
    options = {"optimizer": cr.GradientDescent(0.5), "penalty": cr.Penalty(l2=0.1)}
    trace = cr.Model(net, seed=1).trace([[0.5, -1]], [[0.25]], **options)
    gradient = next(each for each in trace if each.quantity.name == "dW")
    with pytest.raises(cr.InvalidValueError, match="the penalty of a step to diagnose"):
        diagnose_numbers(trace, {trace.name(gradient.quantity): gradient.value})


@pytest.mark.parametrize("optimizer", [cr.Adam(0.1), cr.Momentum(0.1), cr.GradientDescent(0.1)])
def test_every_number_of_a_right_step_has_no_mistake(optimizer):
    net = cr.Network.dense([2, 3, 2], hidden="tanh", output="sigmoid", bias="shared")
    trace = cr.Model(net, seed=1).trace([[0.5, -1], [1, 2]], [[0.25, 0], [1, 0]], optimizer=optimizer)
    mine = {trace.name(each.quantity): repr(each.value) for each in trace}
    assert diagnose_numbers(trace, mine).answer == "no mistake"
