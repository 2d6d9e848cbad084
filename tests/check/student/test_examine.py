"""Code as people write it is found, called and diagnosed, without an adapter; what cannot be is said."""

import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.check.student.usual import meaning

sys.path.insert(0, str(Path(__file__).parent))

from codes import CODES, CONVENTION, TWICE

SUM = {("sum-over-rows", 2)}
CONVENTIONS = {"no bias": TWICE, "words": SUM, "errors": SUM}


@pytest.fixture
def examined(tmp_path):
    """Write code into a file and examine it."""

    def examined(code, name="", **options):
        path = tmp_path / "student.py"
        path.write_text(code, "utf-8")
        return cr.examine(path, name, **options)

    return examined


@pytest.mark.parametrize("name", CODES)
def test_right_code_has_no_mistake(examined, name):
    found = examined(CODES[name][0])
    assert found.passed, str(found)
    assert {frozenset(each) for each in found.diagnosis.names} == {frozenset(CONVENTIONS.get(name, ()))}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "slip"),
    [(name, slip) for name, (_, slips) in CODES.items() for slip in range(len(slips))],
)
def test_a_slip_is_named(examined, name, slip):
    code, slips = CODES[name]
    right, wrong, planted = slips[slip]
    assert code.count(right) == 1
    found = examined(code.replace(right, wrong))
    assert frozenset(planted) in {frozenset(each) for each in found.diagnosis.names}, str(found)
    assert found.passed == (planted == CONVENTION)


def test_it_says_what_was_called_and_what_it_was_taken_for(examined):
    found = examined(CODES["functions"][0])
    assert str(found).splitlines() == [
        "Called forward(X, W1, b1, W2, b2), then backward(X, Y, W2, A1, A2) on a network",
        "of ours with 5 rows; examples are rows, the rows of a weight matrix are inputs.",
        "Taken for 3-4-2, sigmoid, half_squared_error.",
        "",
        "No mistake: 15 digits agree.",
    ]
    assert found.to_dict()["passed"] is True
    assert found.to_dict()["rows"] == 5


def test_a_loss_that_is_not_the_one_of_the_gradient_is_noted(examined):
    found = examined(CODES["from zero"][0].replace("/ 2 / len(X)", "/ len(X)"))
    assert found.notes == ("Its loss is 2 times the one that its gradient is of.",)
    assert found.diagnosis.answer == "no mistake"


def test_a_learning_rate_that_is_nowhere_is_said_and_can_be_given(examined):
    code = CODES["no bias"][0].replace("+= d_", "+= 0.25 * d_")
    assert examined(code, learning_rate=0.25).rate == 0.25
    assert examined(code, learning_rate=0.25).passed
    assert examined(CODES["no bias"][0]).notes == ("No learning rate was found: 1 was taken.",)


def test_biases_that_are_never_trained_are_taken_as_meant_and_said(examined):
    found = examined(CODES["step"][0].replace("        b[l] = b[l] - lr * db\n", ""))
    assert found.diagnosis.answer == "no mistake"
    assert found.notes == ("Its biases are never trained: that was taken as meant.",)


@pytest.mark.parametrize(
    ("name", "line", "other"),
    [
        ("step", "W[l] = W[l] - lr * dW", "W[l] = W[l] - lr * dW * (X > 0).mean() ** 2"),
        ("no bias", "self.y = y", "self.y = y ** 2"),
        ("functions", "return 1 / (1 + np.exp(-z))", "return z / (1 + z * z)"),
    ],
)
def test_code_that_is_something_else_is_not_accused(examined, name, line, other):
    found = examined(CODES[name][0].replace(line, other))
    assert found.diagnosis.answer == "not recognized"
    assert not found.passed
    assert "nothing is said of it" in " ".join(str(found).split())


def test_an_unknown_mistake_beside_right_gradients_is_told_with_its_ratio(examined):
    found = examined(CODES["functions"][0].replace("dW1 = X.T @ dZ1 / m", "dW1 = 1.7 * X.T @ dZ1 / m"))
    assert found.diagnosis.answer == "not in the catalogue"
    assert found.diagnosis.first_wrong == "dW[1], 1.7 times what it should be"


def test_momentum_and_adam_are_recognized(examined):
    code = CODES["step"][0].replace("def step", "V = {}\n\ndef step")
    code = code.replace("W[l] = W[l] - lr * dW", "V[l] = 0.9 * V.get(l, 0) + dW; W[l] = W[l] - lr * V[l]")
    code = code.replace(
        "b[l] = b[l] - lr * db", "V[-l - 1] = 0.9 * V.get(-l - 1, 0) + db; b[l] = b[l] - lr * V[-l - 1]"
    )
    found = examined(code + "\nmomentum = 0.9\n")
    assert found.diagnosis.answer == "no mistake", str(found)
    assert "Its update was taken for Momentum" in found.notes[-1]


def test_the_activations_and_the_loss_can_be_said(examined):
    code = CODES["functions"][0].replace("(A2 - Y) * A2 * (1 - A2)", "A2 - Y")
    assert examined(code).network.loss.name == "binary_cross_entropy"
    found = examined(code, loss="half_squared_error")
    assert found.diagnosis.names == {(("output-derivative-missing", 2),)}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = 1", "what is defined in it was nothing; it may be a function called backward"),
        ("def backward(foo, X): pass", "its parameter 'foo' is none of the usual names"),
        ("def backward(X, W1): return X @ W1 @ W1 @ W1 @ X", "it raised ValueError: matmul"),
        (
            "import numpy as np\ndef backward(X, W1, W2): return W1 * np.nan, W2 * np.nan",
            "was not finite; it may be numbers",
        ),
        ("def backward(X, W1): return None", "it returned no gradients and changed no weights"),
        ("def backward(X, W1:", "line 1 was no Python: '(' was never closed"),
        ("1 / 0", "running it raised ZeroDivisionError: division by zero (line 1)"),
        ("raise SystemExit(3)", "running it raised SystemExit: 3 (line 1)"),
        ("input()", "running it raised EOFError"),
        ("x = [0] * 10**11", "running it raised MemoryError"),
        ("import os; os.abort()", "reading or running it crashed (SIGABRT)"),
        ("while True: pass", "reading or running it took more than 3 seconds, so it was stopped"),
        ("open(__file__ + '.out', 'w').write('x' * 10**6)", "for it wrote a file, which it may not do here"),
    ],
)
def test_what_cannot_be_examined_gets_one_sentence(examined, code, words, tmp_path):
    with pytest.raises(cr.InvalidFileError) as caught:
        examined(code, seconds=3)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"in '{tmp_path / 'student.py'}', ")
    assert "\n" not in str(caught.value)


def test_a_name_that_is_not_there(examined):
    with pytest.raises(cr.InvalidFileError, match="did you mean backward"):
        examined(CODES["functions"][0], "bakward")


def test_a_function_of_another_name_and_its_imports(examined, tmp_path):
    (tmp_path / "own_helpers.py").write_text(
        "import numpy as np\nslope = lambda z: 1 - np.tanh(z) ** 2\n", "utf-8"
    )
    code = "import numpy as np\nfrom own_helpers import slope\n\ndef my_pass(X, Y, W1, W2):\n"
    code += "    Z = X @ W1\n    H = np.tanh(Z)\n    d = (H @ W2 - Y) / len(X)\n"
    code += "    return X.T @ ((d @ W2.T) * slope(Z)), H.T @ d\n"
    assert examined(code, "my_pass").diagnosis.answer == "no mistake"


def test_nothing_that_code_does_reaches_this_process(examined, capfd):
    before = np.get_printoptions()
    code = (
        "import numpy as np, sys\nnp.set_printoptions(precision=2)\nprint('loud')\nsys.stderr.write('loud')\n"
    )
    assert examined(code + CODES["step"][0]).passed
    assert np.get_printoptions() == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "kind", "layer"),
    [
        *(
            ("W1", "W", 1),
            ("w_2", "W", 2),
            ("weights_hidden_output", "W", 2),
            ("who", "W", 2),
            ("bh", "b", 1),
        ),
        *(
            ("dW2", "dW", 2),
            ("grad_b1", "db", 1),
            ("d_weights1", "dW", 1),
            ("dLdW1", "dW", 1),
            ("db_out", "db", 2),
        ),
        *(
            ("nabla_w", "dW", None),
            ("y_true", "Y", None),
            ("eta", "rate", None),
            ("Z1", "Z", 1),
            ("A0", "A", 0),
        ),
    ],
)
def test_usual_names(name, kind, layer):
    assert meaning(name) == (kind, layer)


@pytest.mark.parametrize("name", ["foo", "self", "delta1", "tmp", "W", "b"])
def test_names_without_a_layer(name):
    found = meaning(name)
    assert found is None or found.layer is None
