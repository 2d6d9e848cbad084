"""A printed formula means what it says: read again, it gives the same number."""

import ast
import math
import operator
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.network.formula import (
    Add,
    Cases,
    Divide,
    Formula,
    Function,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
    Sum,
    children,
    evaluate,
    exp,
)
from chainrule.writers.formula_text import TO_ASCII, TextPrinter

VALUES = {"a": 0.75, "b": 2.0, "c": 1.5, "x": 3.0, "y": 0.5}
PRINTER = TextPrinter(lambda quantity: quantity.name, repr)
a, b, c = (Quantity(name) for name in "abc")

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
CALLS = {"exp": math.exp, "sqrt": math.sqrt, "tanh": math.tanh, "abs": abs}


def read(text: str) -> float:
    """Give a printed formula its value, by Python's rules of precedence."""
    bars = re.sub(r"\|([^|]*)\|", r"abs(\1)", text.replace("²", "**2").replace("√(", "sqrt("))
    python = bars.replace("e^(", "exp(").replace("^", "**").replace("·", "*")

    def value(node: ast.expr) -> float:
        match node:
            case ast.Constant(number):
                return number
            case ast.Name(name):
                return VALUES[name]
            case ast.UnaryOp(op, operand):
                return OPERATORS[type(op)](value(operand))
            case ast.BinOp(left, op, right):
                return OPERATORS[type(op)](value(left), value(right))
            case ast.Call(ast.Name(name), arguments):
                return CALLS[name](*map(value, arguments))
            case ast.IfExp(ast.Compare(test, [ast.Gt()], [ast.Constant(0)]), positive, otherwise):
                return value(positive) if value(test) > 0 else value(otherwise)
        raise AssertionError(f"not in a printed formula: {ast.dump(node)}")

    return value(ast.parse(python, mode="eval").body)


def has_bars(tree: Formula) -> bool:
    return getattr(tree, "name", "") == "abs" or any(map(has_bars, children(tree)))


def bars(tree: Formula) -> Formula:
    """Put bars around a formula, but no bars within bars: |a|b|c| has two readings; none of ours is so."""
    return Function("tanh" if has_bars(tree) else "abs", (tree,))


NUMBERS = st.sampled_from([0.0, 1.0, 2.0, 3.0, 0.5, 1e-7, -1.0, -2.0, -0.25])
LEAVES = st.builds(Quantity, st.sampled_from(list(VALUES))) | st.builds(Number, NUMBERS)


def nodes(below: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(below, min_size=2, max_size=3).map(tuple)
    small_power = st.sampled_from([2, 2.0, 3, -1, 0.5]).map(Number)
    return st.one_of(
        st.builds(Add, several),
        st.builds(Multiply, several),
        st.builds(Divide, below, below),
        st.builds(Power, below, small_power | below),
        st.builds(Negate, below),
        st.builds(Function, st.sampled_from(["exp", "sqrt", "tanh"]), st.tuples(below)),
        below.map(bars),
        st.builds(Cases, below, below, below),
    )


TREES = st.recursive(LEAVES, nodes, max_leaves=12)


@pytest.mark.parametrize("ascii_only", [False, True])
@settings(max_examples=1000, deadline=None, derandomize=True)
@given(tree=TREES)
def test_what_is_printed_reads_as_what_was_meant(ascii_only, tree):
    text = PRINTER.text(tree)
    shown = text.translate(TO_ASCII) if ascii_only else text

    def outcome(compute):
        try:
            value = compute()
        except (ArithmeticError, ValueError, TypeError):  # TypeError: the root of a negative number
            return "no number"
        return "no number" if isinstance(value, complex) or not math.isfinite(value) else value

    assert outcome(lambda: read(shown)) == outcome(lambda: evaluate(tree, VALUES, CALLS)), text


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (a - (b - c), "a - (b - c)"),
        (a - b - c, "a - b - c"),
        (a + Negate(b + c), "a - (b + c)"),
        (a + Number(-1.0), "a + (-1)"),
        (Divide(a, b * c), "a / (b · c)"),
        (Divide(Divide(a, b), c), "a / b / c"),
        (Divide(a, Divide(b, c)), "a / (b / c)"),
        (Multiply((a, Divide(b, c))), "a · (b / c)"),
        (Multiply((a, Negate(b))), "a · (-b)"),
        (Power(Negate(a), Number(2)), "(-a)²"),
        (Negate(Power(a, Number(2))), "-a²"),
        (Power(Power(a, Number(2)), Number(3)), "(a²)^3"),
        (Power(a, b + c), "a^(b + c)"),
        (Power(a, Number(-1)), "a^(-1)"),
        (exp(Negate(a)) ** 2, "(e^(-a))²"),
        (1 / (1 + exp(-a)), "1 / (1 + e^(-a))"),
        (Cases(a, a, Number(0)) * b, "(a if a > 0 else 0) · b"),
        (Sum(a * b, "i") + c, "Σ_i a · b + c"),
        (Sum(a + b, "i"), "Σ_i (a + b)"),
        (c * Sum(a, "i"), "c · (Σ_i a)"),
        (Function("log", (1 - a,)), "log(1 - a)"),
    ],
)
def test_parentheses_stand_where_they_are_needed_and_nowhere_else(tree, text):
    assert TextPrinter(lambda quantity: quantity.name).text(tree) == text


def test_a_name_that_is_a_quotient_is_set_apart_under_a_fraction_and_a_power():
    quotient = TextPrinter(lambda quantity: f"∂E/∂{quantity.name}")
    assert quotient.text(a * b) == "∂E/∂a · ∂E/∂b"
    assert quotient.text(Divide(a, b)) == "∂E/∂a / (∂E/∂b)"
    assert quotient.text(a**2) == "(∂E/∂a)²"


def test_a_negative_value_in_the_place_of_a_name_gets_parentheses():
    values = TextPrinter(lambda quantity: "-0.5")
    assert values.text(a - b * c) == "-0.5 - (-0.5 · (-0.5))"
    assert values.text(a**2) == "(-0.5)²"


def test_what_is_no_formula_is_refused():
    with pytest.raises(TypeError, match="cannot print"):
        PRINTER.text(Formula())
