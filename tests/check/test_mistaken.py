"""A mistaken step stands beside the right one, and what differs is what the mistake changes."""

from itertools import product

import numpy as np
import pytest

import chainrule as cr
from chainrule.check.mistaken import placed, side_by_side
from chainrule.check.mistakes import MISTAKES
from chainrule.check.tried import Tried


@pytest.fixture
def jain():
    return cr.tutorials.load("jain").trace()


def test_the_right_side_is_the_trace(jain):
    for pair in side_by_side(jain, placed(jain, "hidden-derivative-missing")):
        assert pair.right == pytest.approx(jain.value(pair.quantity), rel=1e-12)


def test_a_mistake_in_the_hidden_delta_changes_nothing_before_it(jain):
    differing = {
        jain.name(p.quantity)
        for p in side_by_side(jain, placed(jain, "hidden-delta-after-update"))
        if p.differs
    }
    assert differing == {
        *("delta_h1", "delta_h2", "∂E_total/∂w1", "∂E_total/∂w2", "∂E_total/∂w3", "∂E_total/∂w4"),
        *("∂E_total/∂b1", "w1+", "w2+", "w3+", "w4+", "net_h1 after", "net_h2 after"),
        *("out_h1 after", "out_h2 after", "net_o1 after", "net_o2 after", "out_o1 after", "out_o2 after"),
        "E_total after",
    }


def test_the_printed_loss_of_the_tutorial_is_the_mistaken_one(jain):
    *_, last = side_by_side(jain, cr.tutorials.load("jain").mistakes)
    assert f"{last.mistaken:.9f}" == "0.291027924"
    assert f"{last.right:.9f}" == "0.291027774"


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_every_mistake_can_be_shown_in_a_network_where_it_fits(mistake):
    networks = [
        cr.Network.dense([3, 4, 2], hidden="sigmoid", output="sigmoid", loss="binary_cross_entropy"),
        cr.Network.dense([3, 3, 3, 2], hidden="sigmoid", output="softmax", loss="cross_entropy"),
        cr.Network.dense([3, 3, 3, 2], hidden="tanh", output="sigmoid", loss="squared_error"),
        cr.Network.dense([3, 3, 2], hidden="sigmoid", bias="shared", train_bias=False, loss="squared_error"),
    ]
    optimizers = [cr.GradientDescent(0.5), cr.Momentum(0.5), cr.Adam(0.5), cr.AdamW(0.5)]
    X, Y = np.linspace(-1, 1, 12).reshape(4, 3), np.array([[0.25, 0.75]] * 4)
    shown = 0
    for network, optimizer in product(networks, optimizers):
        trace = cr.Model(network, seed=1).trace(X, Y, optimizer=optimizer, penalty=cr.Penalty(l2=0.1))
        if Tried.on(trace, steps=2, loss_known=True).fitting(mistake.name):
            found = placed(trace, mistake.name, steps=2)
            shown += any(pair.differs for pair in side_by_side(trace, found, steps=2))
    assert shown


def test_a_mistake_that_shows_in_the_second_step_asks_for_two(jain):
    with pytest.raises(cr.InvalidValueError, match=r"the number of steps .* was 1; it may be 2 or more"):
        placed(jain, "gradients-not-cleared")
    pairs = list(side_by_side(jain, placed(jain, "gradients-not-cleared", steps=2), steps=2))
    assert {pair.step for pair in pairs if pair.differs} == {2}


def test_what_cannot_be_shown_gets_one_sentence(jain):
    with pytest.raises(cr.UnknownNameError, match="did you mean hidden-delta-after-update"):
        placed(jain, "hidden-delta-after-updat")
    with pytest.raises(cr.InvalidValueError, match="was 2; it may be 1"):
        placed(jain, "hidden-delta-after-update", 2)
    with pytest.raises(cr.InvalidValueError, match="in another network"):
        placed(jain, "softmax-as-diagonal")
