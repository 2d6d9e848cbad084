"""A step as a notebook: it runs from top to bottom, and every number is that of the trace."""

import json

import nbclient
import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.network.optimizers import AdamW
from chainrule.trace.naming import Naming
from chainrule.writers import notebook as room
from chainrule.writers.notebook import document
from chainrule.writers.options import Options


def sources(written: str) -> list[str]:
    return [cell["source"] for cell in json.loads(written)["cells"] if cell["cell_type"] == "code"]


def executed(written: str) -> dict:
    """Run the code of a notebook in this process, cell by cell."""
    space: dict = {"print": lambda *a: None}
    with np.errstate(all="ignore"), np.printoptions():  # a notebook says how many digits it prints
        for source in sources(written):
            exec(compile(source, "cell", "exec"), space)
    return space


def test_it_is_a_notebook_as_the_format_says(tutorial):
    nbformat.validate(nbformat.reads(document(tutorial.trace(), Options()), as_version=4))


@pytest.mark.slow
def test_jupyter_runs_a_tutorials_notebook(tutorial, tmp_path):
    notebook = nbformat.reads(document(tutorial.trace(), Options()), as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = [
        output["text"] for cell in notebook.cells for output in cell.get("outputs", []) if "text" in output
    ]
    assert "every number is that of the trace\n" in printed


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_notebook_of_a_random_step_computes_its_numbers(data, steps):
    trace = data.draw(steps).trace()
    space = executed(document(trace, Options()))
    assert space["different"] == []
    for l in range(1, trace.network.depth + 1):
        np.testing.assert_allclose(space[f"W{l}_new"], trace.array("W_after", l), rtol=1e-9, atol=1e-12)


def test_a_notebook_that_computes_something_else_is_found(small_step):
    wrong = document(small_step.trace(), Options()).replace("delta2 @ W2.T", "2 * delta2 @ W2.T")
    assert {"delta1", "dW1", "W1_new"} <= set(executed(wrong)["different"])


def test_more_rounds_are_the_training_that_fit_does():
    jain = cr.tutorials.load("jain")
    space = executed(document(jain.trace(), Options()))
    model = jain.trained(epochs=101)
    for array, wanted in zip(
        space["state"],
        [array for l in (1, 2) for array in (model.parameters.W[l], model.parameters.b[l])],
        strict=True,
    ):
        np.testing.assert_allclose(array, wanted, rtol=1e-12)


def test_rounds_of_adam_count_their_steps():
    net = cr.Network.dense([2, 3, 1], hidden="tanh")
    X, Y = [[0.5, -1.0], [1.0, 0.25]], [[1.0], [0.0]]
    rule = AdamW(0.05, weight_decay=0.1)
    space = executed(document(cr.Model(net, seed=0).trace(X, Y, optimizer=rule), Options()))
    fitted = cr.Model(net, seed=0).fit(X, Y, optimizer=rule, epochs=101, batch_size=2, shuffle=False)
    np.testing.assert_allclose(space["state"][0], fitted.parameters.W[1], rtol=1e-9)


@pytest.mark.parametrize("name", ["</script>", "a`b|c", "\n# not a heading", "\x00", "\ud800", '"""'])
def test_hostile_names_stay_text(name):
    naming = Naming({"input": "{unit}", "W": "{unit}"}, {"units": [[name], [name]]})
    trace = cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=naming, title=name)
    written = document(trace, Options())
    nbformat.validate(nbformat.reads(written, as_version=4))
    executed(written)


def test_a_large_network_compares_sums_and_is_written_whole(monkeypatch):
    monkeypatch.setattr(room, "COMPARED", 10)
    net = cr.Network.dense([4, 5, 3], hidden="relu", output="softmax", loss="cross_entropy")
    written = document(cr.Model(net, seed=0).trace(np.ones((2, 4)), np.eye(3)[:2]), Options())
    assert "the sum of delta2" in written
    assert executed(written)["different"] == []
    assert executed(written.replace("delta2 @ W2.T", "2 * delta2 @ W2.T"))["different"] != []


def test_a_step_by_hand_and_an_activation_of_ones_own_are_refused():
    jain = cr.tutorials.load("jain").trace(rounding=cr.Rounding(decimals=4))
    with pytest.raises(cr.InvalidValueError, match="rounded by hand"):
        document(jain, Options())
    own = cr.Network.dense([1, 1], output=(lambda z: z**3, lambda z: 3 * z**2))
    with pytest.raises(cr.InvalidValueError, match="one of your own"):
        document(cr.Model(own, seed=0).trace([[1.0]], [[1.0]]), Options())


def test_the_same_step_gives_the_same_bytes(tutorial):
    assert document(tutorial.trace(), Options()) == document(tutorial.trace(), Options())
