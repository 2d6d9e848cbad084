"""An assertion of a course passes what is right, and gives away no more than it may."""

import pytest

import chainrule as cr
from chainrule import assert_gradients, assert_step

NET = cr.Network.dense([3, 4, 2], hidden="tanh", output="sigmoid", loss="squared_error")
PARAMETERS = cr.Parameters.initial(NET, seed=1)
X, Y = [[0.5, -1, 0.2], [1, 0.3, -0.4], [-0.7, 0.1, 0.9]], [[0, 1], [1, 0], [1, 1]]
MESSAGE = [
    "the gradients contain a mistake",
    "the first number that goes wrong is dW[2], in no constant ratio",
    "only-last-row (layer 2, BP4)",
    "is:        dW[2] = that of the last row: overwritten, not added\nshould be: dW[2] = A[1]^T delta[2]",
]


@pytest.fixture
def mine():
    return cr.backward(NET, PARAMETERS, cr.forward(NET, PARAMETERS, X), Y)


def test_right_gradients_pass_in_any_convention(mine):
    assert_gradients(NET, PARAMETERS, X, Y, mine)
    assert_gradients(NET, PARAMETERS, X, Y, mine.like(2 * mine.theta))


@pytest.mark.parametrize("hint", range(4))
def test_a_mistake_is_told_as_far_as_the_hint_allows(mine, hint):
    A = cr.forward(NET, PARAMETERS, X).A[1]
    mine.W[2][...] = A[-1:].T @ mine.delta[2][-1:]
    with pytest.raises(AssertionError) as caught:
        assert_gradients(NET, PARAMETERS, X, Y, mine, hint=hint)
    assert str(caught.value) == "\n".join(MESSAGE[: hint + 1])


def test_what_is_in_no_catalogue_fails_too(mine):
    mine.W[1][...] *= 1.3
    with pytest.raises(AssertionError, match=r"dW\[1\], 1.3 times what it should be"):
        assert_gradients(NET, PARAMETERS, X, Y, mine)


@pytest.mark.parametrize("hint", [0, 3])
def test_numbers_of_a_step(hint):
    trace = cr.tutorials.load("jain").trace()
    assert_step(trace, {"out_o1": "0.7514", "delta_o1": "0.1385"}, hint=hint)
    with pytest.raises(AssertionError, match="delta_o1") as caught:
        assert_step(trace, {"out_o1": "0.7514", "delta_o1": "0.2385"}, hint=hint)
    assert ("0.1384985616" in str(caught.value)) == (hint == 3)


@pytest.mark.parametrize("hint", [-1, 4, "much"])
def test_a_hint_that_is_no_level_is_refused(mine, hint):
    with pytest.raises(cr.ChainruleError, match="the level of hints was"):
        assert_gradients(NET, PARAMETERS, X, Y, mine, hint=hint)
