"""Pictures of a training and of a model: what is on them is what is in the numbers."""

import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import chainrule as cr
from chainrule.plots.history_svg import curves_svg, history_html

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [[0.0], [1.0], [1.0], [0.0]]


@pytest.fixture(scope="module")
def model() -> cr.Model:
    net = cr.Network.dense([2, 8, 1], hidden="tanh", output="sigmoid", loss="binary_cross_entropy")
    fit = {"optimizer": cr.Adam(0.05), "epochs": 300, "batch_size": 4, "validation": (X, Y)}
    return cr.Model(net, seed=0).fit(X, Y, **fit)


def png(figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=40)
    return file.getvalue()


def test_the_loss_curve_is_the_historys(model):
    axes = cr.plots.loss(model.history).axes[0]
    learned, held = axes.lines[:2]
    np.testing.assert_array_equal(learned.get_ydata(), model.history.loss)
    np.testing.assert_array_equal(held.get_ydata(), model.history.validation_loss)
    assert axes.get_yscale() == "log"


def test_a_history_without_an_epoch_has_no_curve(model):
    untrained = cr.Model(model.network, seed=0).fit(X, Y, epochs=0)
    with pytest.raises(cr.InvalidValueError, match="no finished epoch"):
        cr.plots.loss(untrained.history)
    assert "<svg" not in history_html(untrained.history)


def test_something_else_than_a_history_is_refused(model):
    with pytest.raises(cr.InvalidTypeError, match="what was to be drawn"):
        cr.plots.loss(model)


def test_the_boundary_shows_the_models_answers(model):
    figure = cr.plots.boundary(model, X, Y)
    values = figure.axes[0].collections[0].get_array().reshape(200, 200)
    assert values[20, 20] < 0.5 < values[20, -20]
    assert png(figure).startswith(b"\x89PNG")


def test_the_boundary_of_classes_shows_the_largest():
    net = cr.Network.dense([2, 3], output="softmax", loss="cross_entropy", bias="none")
    weights = [[[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]]
    model = cr.Model(net, cr.Parameters.from_arrays(net, weights, orientation="from_to"))
    shown = cr.plots.boundary(model).axes[0].collections[0].get_array().reshape(200, 200)
    assert (shown[0, -1], shown[-1, 0], shown[0, 0]) == (0, 1, 2)


def test_a_boundary_needs_two_inputs():
    with pytest.raises(cr.InvalidValueError, match="the number of inputs was 3"):
        cr.plots.boundary(cr.Model(cr.Network.dense([3, 1]), seed=0))


def test_the_weights_are_the_models(model):
    first, second = (axes.images[0].get_array() for axes in cr.plots.weights(model).axes[:2])
    np.testing.assert_array_equal(first, model.parameters.W[1])
    np.testing.assert_array_equal(second, model.parameters.W[2])


def test_a_square_number_of_inputs_is_drawn_as_images():
    model = cr.Model(cr.Network.dense([64, 100, 10]), seed=0)
    images = [axes.images[0] for axes in cr.plots.weights(model, 1).axes if axes.images]
    assert len(images) == 64
    np.testing.assert_array_equal(images[3].get_array(), model.parameters.W[1][:, 3].reshape(8, 8))
    assert len(cr.plots.weights(model, 2).axes[0].images) == 1


def test_a_layer_that_is_not_there_is_refused(model):
    with pytest.raises(cr.InvalidValueError, match="the number of the layer was 3"):
        cr.plots.weights(model, 3)


def test_a_history_shows_itself_in_a_notebook(model):
    shown = model.history._repr_html_()
    assert shown == history_html(model.history)
    svg = ET.fromstring(shown[shown.index("<svg") : shown.index("</svg>") + 6])
    assert len(svg.findall("polyline")) == 2
    assert "300 epochs" in shown


def test_nothing_global_is_touched(model):
    import sys

    cr.plots.loss(model.history)
    assert "matplotlib.pyplot" not in sys.modules


def test_losses_near_the_largest_number_are_drawn():
    for values in ([1e308, 1e307, 5e306], [1.7e308, 1e-300], [1e308] * 3):
        assert curves_svg({"loss": np.array(values)}, "step 3").startswith("<svg")
