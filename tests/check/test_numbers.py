"""Numbers of a step are judged to their digits, each by those that were given before it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import check_numbers, tutorials
from chainrule.check.numbers import NumberVerdict, Typed, plain
from chainrule.writers.numbers_text import as_dict

FINE = {NumberVerdict.RIGHT, NumberVerdict.ROUNDED}


@pytest.fixture
def jain():
    return tutorials.load("jain").trace()


def verdicts(trace, mine, **options):
    return {each.name: str(each.verdict) for each in check_numbers(trace, mine, **options).judgments}


def by_hand(trace, decimals):
    """Every number of a step as a person writes it who rounds each result."""
    rounded = trace.rounded(cr.Rounding(decimals=decimals))
    return {rounded.name(each.quantity): f"{each.value:.{decimals}f}" for each in rounded}


@pytest.mark.parametrize("decimals", [2, 4, 9])
@pytest.mark.parametrize("name", tutorials.TUTORIALS)
def test_what_a_person_gets_who_rounds_every_result_is_right_or_rounded(name, decimals):
    trace = tutorials.load(name).trace()
    found = check_numbers(trace, by_hand(trace, decimals))
    assert {each.verdict for each in found.judgments} <= FINE, str(found)
    assert found.passed
    assert found.first_wrong is None


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_with_every_digit_every_step_is_right_and_one_wrong_number_is_named(data, steps):
    trace = data.draw(steps).trace()
    numbers = {trace.name(each.quantity): (each.quantity, each.value) for each in trace}
    mine = {name: repr(value) for name, (_, value) in numbers.items()}
    assert set(verdicts(trace, mine).values()) == {"right"}
    name = data.draw(st.sampled_from(list(numbers)))
    value = numbers[name][1]
    mine[name] = repr(value + 0.5 * max(1.0, abs(value)))
    found = check_numbers(trace, mine)
    assert found.first_wrong is not None
    assert found.first_wrong.name == name
    assert not found.passed


def test_what_follows_from_a_wrong_number_is_not_wrong_again(jain):
    mine = {"delta_o1": "0.2385", "∂E_total/∂w5": "0.1415", "∂E_total/∂w6": "0.3", "w5+": "0.32925"}
    assert verdicts(jain, mine) == {
        "delta_o1": "wrong",
        "∂E_total/∂w5": "follow-on",
        "∂E_total/∂w6": "wrong",
        "w5+": "follow-on",
    }


def test_it_follows_through_numbers_that_were_not_given(jain):
    w5_after = 0.4 - 0.5 * 0.2385 * 0.5932699921
    found = check_numbers(jain, {"delta_o1": "0.2385", "w5+": f"{w5_after:.6f}"})
    assert [(str(each.verdict), each.because) for each in found.judgments] == [
        ("wrong", ()),
        ("follow-on", ("delta_o1",)),
    ]


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("0.7513650695523157", "right"),
        ("0.75136507", "right"),
        ("0.75137", "right"),
        ("0.7514", "right"),
        ("0.75", "right"),
        ("7.5137e-1", "right"),
        ("0.7513", "wrong"),
        ("0.75136508", "wrong"),
        ("1", "wrong"),  # a whole number stands for itself
        (0.7513650695523157, "right"),
        (Decimal("0.7514"), "right"),
    ],
)
def test_a_number_is_judged_to_the_digits_it_has(jain, typed, verdict):
    assert verdicts(jain, {"out_o1": typed}) == {"out_o1": verdict}


def test_a_number_is_right_up_to_rounding_when_its_parts_were_rounded(jain):
    mine = {"net_o1": "1.11", "out_o1": "0.7521"}  # 1 / (1 + e^-1.11) is 0.75214
    assert verdicts(jain, mine) == {"net_o1": "right", "out_o1": "right up to rounding"}


def test_what_came_in_is_judged_too(jain):
    mine = {"w5": "0.45", "net_o1": f"{0.45 * 0.5932699921 + 0.45 * 0.5968843783 + 0.6:.6f}"}
    assert verdicts(jain, mine) == {"w5": "wrong", "net_o1": "follow-on"}


@pytest.mark.parametrize("hint", range(4))
def test_no_more_is_given_away_than_the_hint_allows(jain, hint):
    found = check_numbers(jain, {"delta_o1": "0.2385", "∂E_total/∂w5": "0.1415"}, hint=hint)
    for said in (str(found), json.dumps(as_dict(found), ensure_ascii=False)):
        assert ("first" in said) == (hint >= 1)
        assert ("∂E_total/∂out_o1 · ∂out_o1/∂net_o1" in said) == (hint >= 2)
        assert ("0.7413650696 · 0.1868156018" in said) == (hint >= 3)
        assert ("0.13849856" in said) == (hint >= 3)


def test_names_may_be_typed_on_any_keyboard(jain):
    assert verdicts(jain, {"dE_total / dw5": "0.0822"}) == {"∂E_total/∂w5": "right"}
    assert plain("δ_1") == "delta_1"


def test_typed_digits_are_kept():
    assert Typed.of("x", "0.50").half == pytest.approx(0.005)
    assert Typed.of("x", "8e-2").half == pytest.approx(0.005)
    assert Typed.of("x", "1200").half == 0.0
    assert Typed.of("x", "3").half == 0.0


@pytest.mark.parametrize(
    ("mine", "kind", "words"),
    [
        ({"ouut_o1": "1"}, cr.UnknownNameError, "did you mean out_o1?"),
        ({"out_o1": "0,75"}, cr.InvalidValueError, "out_o1 was '0,75'; it may be a number"),
        ({"out_o1": "nan"}, cr.InvalidValueError, "a number, such as 0.7514"),
        ({"out_o1": [0.75]}, cr.InvalidTypeError, "out_o1 was [0.75]"),
        ({"out_o1": True}, cr.InvalidTypeError, "out_o1 was True"),
    ],
)
def test_what_is_no_number_of_the_step_gets_one_sentence(jain, mine, kind, words):
    with pytest.raises(kind) as caught:
        check_numbers(jain, mine)
    assert words in str(caught.value)


@pytest.mark.parametrize("hint", [-1, 4, "all"])
def test_a_hint_that_is_no_level_is_refused(jain, hint):
    with pytest.raises(cr.ChainruleError, match="the level of hints was"):
        check_numbers(jain, {"out_o1": "0.75"}, hint=hint)


def test_the_network_as_large_as_mnists_is_judged_number_by_number():
    network = cr.Network.dense([784, 16, 10], hidden="sigmoid", output="sigmoid")
    X, Y = [[0.5] * 784], [[0.0] * 9 + [1.0]]
    trace = cr.Model(network, seed=1).trace(X, Y, optimizer=cr.GradientDescent(0.1))
    name = trace.name(next(iter(trace)).quantity)
    assert verdicts(trace, {name: "5.0"}) == {name: "wrong"}


@pytest.mark.parametrize("typed", ["1e999", "-1e400", "1e99999999999999999999", "1e-99999999999999999999"])
def test_an_exponent_beyond_all_bounds_gets_one_sentence(jain, typed):
    with pytest.raises(cr.InvalidValueError, match=r"out_o1 was '.*'; it may be a finite number"):
        check_numbers(jain, {"out_o1": typed})


def test_a_number_of_almost_nothing_is_judged_as_0(jain):
    assert verdicts(jain, {"out_o1": "1e-999999"}) == {"out_o1": "wrong"}
    assert Typed.of("x", "1e-999999") == ("1e-999999", 0.0, 0.0)


def test_a_0_by_which_the_step_divides_makes_nothing_right():
    network = cr.Network.dense([1, 1], output="sigmoid", loss="binary_cross_entropy")
    trace = cr.Model(network, seed=0).trace([[0.5]], [[1.0]])
    names = [trace.name(each.quantity) for each in trace if each.quantity.name in ("A", "dA")]
    assert verdicts(trace, dict(zip(names, ["0", "0.5"], strict=True))) == {
        names[0]: "wrong",
        names[1]: "wrong",
    }
    assert verdicts(trace, {names[0]: "0", "∂loss/∂W[1][0,0]": "0.25"})["∂loss/∂W[1][0,0]"] == "wrong"
