"""The grammar reads every formula of the tutorials faithfully, and nothing that could be run."""

import json
import math
import sys
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
import sympy
from sympy.parsing.sympy_parser import parse_expr

from chainrule.errors import InvalidValueError
from chainrule.network.formula import (
    Add,
    Divide,
    Formula,
    Function,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
    children,
    evaluate,
    quantities,
)
from chainrule.tutorials import TUTORIALS
from chainrule.tutorials.grammar import parse
from chainrule.tutorials.tutorial import DATA

a, b, c = (Quantity(name) for name in "abc")


def expressions() -> Iterator[tuple[str, str]]:
    """Yield every expression of the five data files, with where it stands."""
    for name in TUTORIALS:
        facts = json.loads((DATA / f"{name}.json").read_text("utf-8"))
        for entry in facts["formulas"]:
            for side in ("lhs", "rhs"):
                yield f"{entry['id']}.{side}", entry[side]
                if "display" in entry:
                    yield f"{entry['id']}.display.{side}", entry["display"][side]
        for entry in facts["numbers"]:
            yield entry["id"], entry["expr"]


EXPRESSIONS = dict(expressions())


def names_of_functions(tree: Formula) -> set[str]:
    own = {tree.name} if isinstance(tree, Function) else set()
    return own.union(*map(names_of_functions, children(tree)))


def stand_in(name: str):
    """Return a smooth function of any number of arguments, another one for every name."""
    phase = zlib.crc32(name.encode()) % 1000 / 250

    def function(*arguments: float) -> float:
        return 1.5 + math.sin(phase + sum((k + 1) * x for k, x in enumerate(arguments)))

    return function


def by_sympy(text: str, tree: Formula, values: dict[str, float]) -> float:
    """Read an expression with SymPy, and give it its value."""
    functions = {name: sympy.Function(name) for name in names_of_functions(tree) | {"row"}}

    def matrix(rows: list[list]) -> sympy.Expr:
        return functions["Matrix"](*(functions["row"](*row) for row in rows))

    known = {name: sympy.Symbol(name) for name in values} | functions
    read = parse_expr(text, local_dict={**known, "Matrix": matrix, "exp": sympy.exp})

    def value(node: sympy.Expr) -> float:
        if node.is_Number:
            return float(node)
        if node.is_Symbol:
            return values[node.name]
        inside = list(map(value, node.args))
        if node.is_Add:
            return sum(inside)
        if node.is_Mul:
            return math.prod(inside)
        return inside[0] ** inside[1] if node.is_Pow else FUNCTIONS[type(node).__name__](*inside)

    return value(read)


class Functions(dict):
    def __missing__(self, name: str):
        return stand_in(name)


FUNCTIONS = Functions(exp=math.exp)


def test_there_are_as_many_expressions_as_the_files_hold():
    assert (
        sum(place.endswith((".lhs", ".rhs")) and ".display" not in place for place in EXPRESSIONS) == 2 * 285
    )
    assert sum(".display" in place for place in EXPRESSIONS) == 16
    assert sum("-n" in place and place.rpartition("-n")[2].isdigit() for place in EXPRESSIONS) == 54


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_every_expression_is_read(place):
    assert isinstance(parse(EXPRESSIONS[place]), Formula)


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_what_is_read_means_what_sympy_reads(place):
    text = EXPRESSIONS[place]
    tree = parse(text)
    names = sorted({quantity.name for quantity in quantities(tree)})
    rng = np.random.default_rng(zlib.crc32(place.encode()))
    for _ in range(3):
        values = dict(zip(names, rng.uniform(0.2, 1.8, len(names)).tolist(), strict=True))
        assert evaluate(tree, values, FUNCTIONS) == pytest.approx(by_sympy(text, tree, values), rel=1e-9)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a - b - c", Add((a, Negate(b), Negate(c)))),
        ("a - (b - c)", Add((a, Negate(Add((b, Negate(c))))))),
        ("-a**2", Negate(Power(a, Number(2)))),
        ("a**b**c", Power(a, Power(b, c))),
        ("a/b*c", Multiply((Divide(a, b), c))),
        ("a*(b + c)", Multiply((a, Add((b, c))))),
        ("2*1/2*a*-1", Multiply((Divide(Multiply((Number(2), Number(1))), Number(2)), a, Negate(Number(1))))),
        ("0.40", Number(0.4)),
        ("D(a, b)", Function("D", (a, b))),
        (
            "Matrix([[a, 1], [b, c]])",
            Function("Matrix", (Function("row", (a, Number(1))), Function("row", (b, c)))),
        ),
        ("  a\n", a),
    ],
)
def test_the_order_of_what_is_printed_is_kept(text, tree):
    assert parse(text) == tree


HOSTILE = {
    "an import": "__import__('pathlib').Path('ran').touch()",
    "an attribute": "a.b",
    "a method": "a.touch()",
    "a subscript": "a[0]",
    "a lambda": "lambda: 1",
    "a call of a call": "f(a)(b)",
    "a keyword": "f(x=1)",
    "a star": "f(*a)",
    "two stars": "f(**a)",
    "a list": "[a, b]",
    "a tuple": "(a, b)",
    "a set": "{a, b}",
    "a dictionary": "{a: b}",
    "a comprehension": "[x for x in a]",
    "a generator": "f(x for x in a)",
    "text": "'a'",
    "bytes": "b'a'",
    "an f-string": "f'{a}'",
    "a walrus": "(x := 1)",
    "a condition": "a if b else c",
    "a comparison": "a < b",
    "and": "a and b",
    "not": "not a",
    "True": "True",
    "None": "None",
    "an ellipsis": "...",
    "an imaginary number": "1j",
    "infinity": "1e999",
    "a plus sign": "+a",
    "tilde": "~a",
    "floor division": "a // b",
    "a remainder": "a % b",
    "a matrix product": "a @ b",
    "a shift": "1 << 10**10",
    "an await": "await a",
    "a yield": "(yield a)",
    "a statement": "a = 1",
    "two statements": "a; b",
    "two lines": "a\nb",
    "an unclosed bracket": "(a",
    "nothing": "",
    "blanks": "  \n ",
    "NUL": "a\0b",
    "a lone surrogate": "a\ud800",
    "a matrix of a name": "Matrix([a])",
    "a matrix of a tower of signs": "Matrix([" + "-" * 2000 + "a])",
    "a matrix without rows": "Matrix(a)",
    "a matrix of matrices' rows": "Matrix([[[a]]])",
    "a matrix with a keyword": "Matrix([[a]], shape=1)",
    "more parentheses than the parser has room for": "(" * 1000 + "a" + ")" * 1000,
    "100,000 parentheses": "(" * 100_000 + "a" + ")" * 100_000,
    "a tower of signs": "-" * 4000 + "a",
    "a tower of powers": "a**" * 1500 + "a",
    "a tower of calls": "f(" * 150 + "a" + ")" * 150,
    "a million names": "+".join("a" * 1_000_000),
    "a number of a million digits": "9" * 1_000_000,
    "a number of 4,999 digits": "9" * 4_999,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_formula_is_refused_in_one_sentence_and_never_run(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidValueError) as caught:
        parse(HOSTILE[kind])
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_power_that_nobody_can_compute_is_read_and_not_computed():
    ten = Number(10)
    assert parse("10**10**10") == Power(ten, Power(ten, ten))
    assert parse("9**9**9**9**9").exponent.exponent.exponent.exponent == Number(9)


def test_reading_imports_nothing_and_runs_no_code(monkeypatch):
    parse("a")
    loaded = set(sys.modules)
    ran = []
    monkeypatch.setattr("builtins.eval", lambda *_: ran.append("eval"))
    monkeypatch.setattr("builtins.exec", lambda *_: ran.append("exec"))
    parse("eval(a) + exec(b) + os(c) + print(a)")
    assert ran == []
    assert set(sys.modules) == loaded


def test_just_as_long_and_just_as_deep_as_allowed_is_read_and_no_more():
    assert parse("a" * 5_000) == Quantity("a" * 5_000)
    with pytest.raises(InvalidValueError, match="length of an expression was 5001; it may be at most 5000"):
        parse("a" * 5_001)
    deep = parse("f(" * 50 + "a" + ")" * 50)
    assert sum(1 for _ in quantities(deep)) == 1
    with pytest.raises(InvalidValueError, match="depth of an expression was 51; it may be at most 50"):
        parse("f(" * 51 + "a" + ")" * 51)
