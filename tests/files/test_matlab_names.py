"""Every spelling that a MATLAB user may choose, and no guess about any other."""

import pytest

from chainrule.errors import InvalidFileError
from chainrule.files.matlab_names import variables_by_role

NONE = {"biases": [], "inputs": [], "targets": []}


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (["weights"], {"weights": ["weights"]}),
        (["W"], {"weights": ["W"]}),
        (["W1"], {"weights": ["W1"]}),
        (["weights2", "weights1"], {"weights": ["weights1", "weights2"]}),
        ([f"W{k}" for k in range(11, 0, -1)], {"weights": [f"W{k}" for k in range(1, 12)]}),
        (["W1", "b1"], {"weights": ["W1"], "biases": ["b1"]}),
        (["weights", "b"], {"weights": ["weights"], "biases": ["b"]}),
        (["weights", "biases1"], {"weights": ["weights"], "biases": ["biases1"]}),
        *((["W", name], {"weights": ["W"], "inputs": [name]}) for name in ("inputs", "input", "X", "x")),
        *(
            (["W", name], {"weights": ["W"], "targets": [name]})
            for name in ("targets", "target", "Y", "y", "u")
        ),
        (["W", "epochs", "eta", "input_names", "W0", "W01", "Wx", "biography"], {"weights": ["W"]}),
        (["W", "b", "bias"], {"weights": ["W"], "biases": ["b"]}),  # what is found needs no near miss
    ],
)
def test_roles(names, roles):
    assert variables_by_role(names) == {**NONE, **roles}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], "the list of variables was empty; it may be any that holds weights, or W1, W2, ..."),
        (["b1", "X"], "the list of variables was 'b1, X'"),
        (["weights", "W"], "the weights were in both weights and W; they may be in one of them"),
        (["weights", "W1"], "the weights were in both weights and W1"),
        (["weights1", "W1"], "the weights were in both weights1 and W1"),
        (["W", "x", "X"], "the inputs were in both X and x"),
        (["W", "y", "u"], "the targets were in both y and u"),
        (["W1", "W3"], "the variable W2 was missing before W3"),
        (["W2"], "the variable W1 was missing before W2"),
        (["W1", "b2"], "the variable b1 was missing before b2"),
        (
            ["W", "bias"],
            "the name of a variable was 'bias'; it may be one of biases, b (did you mean biases?)",
        ),
        (["W1", "W2", "B1", "B2"], "(did you mean b?)"),
        (["weight1"], "(did you mean weights?)"),
        (["Weights"], "(did you mean weights?)"),
        (["w1", "w2"], "(did you mean W?)"),
        (["W", "Inputs"], "(did you mean inputs?)"),
        (["W", "target_"], "(did you mean target?)"),
        (["W", "targ"], "(did you mean targets?)"),
        (["W", "bi"], "(did you mean biases?)"),
        (["\x1b[2J"], r"was '\x1b[2J'"),
    ],
)
def test_refusals(names, sentence):
    with pytest.raises(InvalidFileError) as caught:
        variables_by_role(names)
    assert sentence in str(caught.value)
