"""The matrix forms of a step: every one of them gives the numbers of the scalar form."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import tutorials
from chainrule.network.activations import ACTIVATIONS, RowActivation
from chainrule.network.formula import FUNCTIONS, evaluate
from chainrule.trace import matrix as room
from chainrule.trace.matrix import BIASES, SLOPES, Form, Matrices

FORMS = [Form(*each) for each in product(("from_to", "to_from"), SLOPES, BIASES)]


class Known(dict):
    """Matrices by kind, then by layer (and example), as `evaluate` asks for them."""

    def __missing__(self, kind):
        return {
            (q.indices if len(q.indices) > 1 else q.indices[0]): value
            for q, value in self.values_.items()
            if q.name == kind
        }


def functions(orientation: str, size: int) -> dict:
    turned = (lambda M: M) if orientation == "from_to" else (lambda M: M.T)

    def jacobian(A):
        a = turned(A)[0]
        return turned((np.diag(a) - np.outer(a, a)).T)

    def ones(A):
        rows = turned(A)
        return turned(np.hstack([rows, np.ones((len(rows), 1))]))

    rows = {name: row for name, row in ACTIVATIONS.items() if isinstance(row, RowActivation)}
    return {
        **FUNCTIONS,
        **{name: lambda Z, f=row: turned(f.value(turned(Z))) for name, row in rows.items()},
        "MM": np.matmul,
        "H": np.multiply,
        "T": np.transpose,
        "diag": lambda M: np.diag(np.ravel(M)) if np.ndim(M) else M * np.eye(size),  # identity: f' = 1
        "jacobian": jacobian,
        "with_ones": ones,
        "sum_of_examples": lambda D: turned(turned(D).sum(axis=0, keepdims=True)),
        "sum_of_all": lambda D: D.sum(keepdims=True),
    }


def misfits(trace, form) -> list:
    """Return the statements whose formula, computed with whole matrices, gives other numbers."""
    matrices = Matrices(trace, form)
    found = []
    for statement in matrices.statements:
        known = Known()
        known.values_ = matrices.values
        value = evaluate(statement.tree, known, functions(form.orientation, len(statement.value)))
        scale = 1e-10 * max(1.0, np.abs(statement.value).max())
        computed = np.broadcast_to(value, statement.value.shape)
        if not np.allclose(computed, statement.value, rtol=1e-10, atol=scale):
            found.append(statement.quantity)
    return found


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("name", tutorials.TUTORIALS)
def test_every_form_of_a_tutorial_gives_its_numbers(name, form):
    assert misfits(tutorials.load(name).trace(), form) == []


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data(), form=st.sampled_from(FORMS))
def test_every_form_of_a_random_step_gives_its_numbers(data, form, steps):
    assert misfits(data.draw(steps).trace(), form) == []


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_wrong_matrix_is_found(form, small_step, monkeypatch):
    assert misfits(small_step.trace(), form) == []
    right = room.of
    monkeypatch.setattr(
        room, "of", lambda name, *a: right(name, *a[::-1]) if name == "MM" else right(name, *a)
    )
    with pytest.raises((AssertionError, ValueError)):  # the shapes do not fit, or the numbers
        assert misfits(small_step.trace(), form) == []


def test_the_parameters_end_up_the_same_in_every_form():
    dustbunny = tutorials.load("dustbunny").trace()
    W, b = dustbunny.array("W_after", 2), dustbunny.array("b_after", 2)
    for form in FORMS:
        values = Matrices(dustbunny, form).values
        turned = (lambda M: M) if form.orientation == "from_to" else np.transpose
        if form.biases == "column":
            np.testing.assert_array_equal(turned(values[room.matrix("V_after", 2)]), np.vstack([W, b]))
        else:
            np.testing.assert_array_equal(turned(values[room.matrix("W_after", 2)]), W)


@pytest.mark.parametrize(
    ("word", "choices"),
    [("orientation", {"orientation": "rows"}), ("slopes", {"slopes": "diag"}), ("biases", {"biases": "row"})],
)
def test_a_wrong_word_is_refused(word, choices):
    with pytest.raises(cr.UnknownNameError, match=word):
        Form(**choices)
