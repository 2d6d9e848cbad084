"""What would tell explanations apart that agree equally well: another number of the step, or other rows."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np

from chainrule.check.agreement import agreement
from chainrule.check.explanation import Explanation
from chainrule.check.lines import Numbers, Result, Setting
from chainrule.check.probe import probe
from chainrule.network.layers import Dense
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.program import Data

FEWER = 6.0  # digits: what agrees in more is not told apart
WIDTHS = (4, 2, 5, 3)  # of hidden layers, over and over

NumbersOf: TypeAlias = Callable[[Setting, Explanation], Numbers]


def telling(
    setting: Setting, explanations: Sequence[Explanation], given: Sequence[Result], numbers_of: NumbersOf
) -> str:
    """Say what would tell explanations apart; empty where nothing was found.

    Parameters
    ----------
    setting : Setting
        The network and rows on which they agree equally well.
    explanations : sequence of tuple of Placed
        Two or more.
    given : sequence of Result
        What was known of the steps.
    numbers_of : callable
        A setting and an explanation to its numbers.
    """
    here = [numbers_of(setting, each) for each in explanations]
    right = numbers_of(setting, ())
    for result in right:
        if result not in given and _differ([numbers[result] for numbers in here]):
            return str(result)
    for other in _others(setting):
        if all(placed.mistake.fits(other, placed.layer) for each in explanations for placed in each):
            there = [numbers_of(other, each) for each in explanations]
            if all(
                any(_differ([one[result], two[result]]) for result in given if result in one)
                for one, two in combinations(there, 2)
            ):
                return f"the network and rows of cr.probe({other.network.sizes})"
    return ""


def _differ(arrays: Sequence[np.ndarray]) -> bool:
    """Whether each of several arrays is another one."""
    return all(
        one.shape != other.shape or agreement(one, other, other) < FEWER
        for one, other in combinations(arrays, 2)
    )


def _others(setting: Setting) -> Iterator[Setting]:
    """Yield the same network at other numbers, and one of other sizes."""
    depth = setting.network.depth
    hidden = [WIDTHS[place % len(WIDTHS)] for place in range(depth - 1)]
    for sizes in (setting.network.sizes, (3, *hidden, 3)):
        numbers = probe(sizes)
        layers = [
            Dense(
                inputs,
                units,
                layer.activation,
                bias=layer.bias,
                train_weights=layer.train_weights,
                train_bias=layer.train_bias,
            )
            for inputs, units, layer in zip(sizes, sizes[1:], setting.network.layers, strict=False)
        ]
        network = Network(layers, setting.network.loss)
        widths = {"per_unit": None, "shared": 1, "none": 0}
        biases = [b[: widths[layer.bias]] for layer, b in zip(layers, numbers.b, strict=True)]
        given = [b if b.size else None for b in biases]
        parameters = Parameters.from_arrays(network, numbers.W, given, orientation="from_to")
        data = Data.of(network, numbers.X, numbers.Y)
        yield setting._replace(network=network, parameters=parameters, data=data, slots=None, t=1)
