from dataclasses import astuple, fields
from fractions import Fraction

import numpy as np
import pytest

from chainrule.errors import InvalidTypeError, InvalidValueError, UnknownNameError
from chainrule.network.optimizers import (
    OPTIMIZERS,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    RMSprop,
    optimizer,
)

KINDS = [GradientDescent, Momentum, RMSprop, Adagrad, Adam, AdamW]
POSITIVE = [
    (kind, name)
    for kind in KINDS
    for name in ("learning_rate", "epsilon")
    if name in {field.name for field in fields(kind)}
]
FRACTIONS = [(Momentum, "momentum"), (RMSprop, "decay"), (Adam, "beta1"), (AdamW, "beta2")]


@pytest.mark.parametrize("bad", [0, -0.1, np.nan, np.inf, "0.1", None, 1j, 10**400])
@pytest.mark.parametrize(("kind", "name"), POSITIVE)
def test_a_rate_is_finite_and_above_zero(kind, name, bad):
    thing = name.replace("learning_rate", "the learning rate")
    with pytest.raises(InvalidValueError, match=f"{thing} was .*a finite number above 0"):
        kind(**{name: bad})


@pytest.mark.parametrize("bad", [1, 1.5, -0.1, np.nan, "0.9", None])
@pytest.mark.parametrize(("kind", "name"), FRACTIONS)
def test_a_decay_is_from_0_up_to_below_1(kind, name, bad):
    with pytest.raises(InvalidValueError, match=f"{name} was .*a number from 0 up to"):
        kind(**{name: bad})


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf, None])
def test_weight_decay_is_not_negative(bad):
    with pytest.raises(InvalidValueError, match="weight_decay was"):
        AdamW(weight_decay=bad)


@pytest.mark.parametrize(("kind", "name"), FRACTIONS)
def test_zero_is_a_decay(kind, name):
    assert getattr(kind(**{name: 0}), name) == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), Fraction(1, 2)])
def test_numbers_are_kept_as_python_floats(kind, number):
    given = {field.name: number for field in fields(kind) if field.name != "nesterov"}
    for value in astuple(kind(**given)):
        assert type(value) in (float, bool)
        assert value in (0.5, False)


@pytest.mark.parametrize("kind", KINDS)
def test_an_optimizer_is_found_by_its_name_with_its_default_numbers(kind):
    (name,) = (name for name, row in OPTIMIZERS.items() if row.make is kind)
    assert optimizer(name) == kind()
    assert optimizer(name.upper()) == kind()


@pytest.mark.parametrize("name", ["sgd", "SGD", "gd", "gradient descent", "GradientDescent"])
def test_plain_gradient_descent_has_other_names(name):
    assert optimizer(name) == GradientDescent()


def test_the_default_numbers_are_those_of_the_papers():
    assert astuple(Adam()) == (0.001, 0.9, 0.999, 1e-8)
    assert astuple(AdamW())[:4] == astuple(Adam())


def test_one_that_is_made_stays_as_it_is():
    made = Momentum(0.25, nesterov=True)
    assert optimizer(made) is made


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"the optimizer was 'adamm'.*did you mean adam"):
        optimizer("adamm")


@pytest.mark.parametrize("given", [None, 0.1, Adam, {"learning_rate": 0.1}])
def test_what_is_neither_a_name_nor_an_optimizer_is_refused(given):
    with pytest.raises(InvalidTypeError, match=r"the optimizer was .*an optimizer such as Adam"):
        optimizer(given)


def test_an_optimizer_cannot_be_changed():
    with pytest.raises(AttributeError):
        GradientDescent().learning_rate = 2.0
