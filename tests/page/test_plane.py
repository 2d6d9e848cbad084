"""Pictures over the plane: each color is that of the number which the model gives there."""

import base64
import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.page import plane as room
from chainrule.page.plane import boundary, slice_of_loss
from chainrule.page.scale import BLUE_TO_ORANGE, DARK_TO_LIGHT, OF_CLASSES, Scale
from chainrule.reference.forward import loss as loss_at
from chainrule.tutorials import load


def colors(plane):
    return np.frombuffer(plane.pixels, np.uint8).reshape(plane.height, plane.width, 3)


def between(scale, share):
    """The color of the scale's documentation, computed another way."""
    rgb = [[int(color[k : k + 2], 16) for k in (1, 3, 5)] for color in scale]
    place = share * (len(scale) - 1)
    before = min(int(place), len(scale) - 2)
    return [a + (place - before) * (b - a) for a, b in zip(rgb[before], rgb[before + 1], strict=True)]


def middles(ends, count):
    low, high = ends
    return [low + (high - low) * (k + 0.5) / count for k in range(count)]


def moved(preset, first, second, values):
    parameters = preset.parameters.like(preset.parameters.theta.copy())
    for quantity, value in zip((first, second), values, strict=True):
        layer, *place = quantity.indices
        getattr(parameters, quantity.name)[layer][tuple(place)] = value
    return parameters


@pytest.fixture(scope="module")
def xor():
    preset = load("xor")
    return preset, preset.trained()


W = [Quantity("W", (1, 0, 1)), Quantity("W", (2, 1, 0))]


# --- What is answered ---


def test_every_pixel_is_the_models_answer_at_its_middle(xor):
    preset, model = xor
    plane = boundary(preset.network, model.parameters, preset.X, preset.Y, fine=20)
    across, up = middles(plane.x, 20), middles(plane.y, 20)
    for row, column in [(0, 0), (0, 19), (19, 0), (7, 12), (19, 19)]:
        (answer,) = model.predict([[across[column], up[19 - row]]])
        np.testing.assert_allclose(plane.values[row, column], answer, rtol=1e-12)
        wanted = between(BLUE_TO_ORANGE, answer[0])
        assert abs(colors(plane)[row, column] - np.array(wanted)).max() <= 0.5 + 1e-9


def test_the_top_row_is_the_largest_y():
    network = cr.Network.dense([2, 1], output="identity", bias="none")
    parameters = cr.Parameters.from_arrays(network, [[[0.0], [1.0]]], orientation="from_to")
    plane = boundary(network, parameters, [[-1.0, -3.0], [1.0, 5.0]], [[0.0], [1.0]], fine=8)
    assert plane.y == pytest.approx((-4.2, 6.2))
    assert plane.values[:, 0, 0].tolist() == pytest.approx(middles(plane.y, 8)[::-1])
    assert (np.diff(plane.values[:, :, 0], axis=1) == 0).all()
    assert colors(plane)[0, 0].tolist() == [0xD5, 0x5E, 0x00]
    assert colors(plane)[-1, 0].tolist() == [0x00, 0x72, 0xB2]


def test_the_dots_of_xor_are_in_the_right_corners(xor):
    preset, model = xor
    dots = boundary(preset.network, model.parameters, preset.X, preset.Y).dots
    near, far = pytest.approx(0.15 / 1.3), pytest.approx(1.15 / 1.3)
    assert [(dot.x, dot.y) for dot in dots] == [(near, far), (near, near), (far, far), (far, near)]
    assert [dot.number for dot in dots] == [0, 1, 1, 0]
    assert [dot.target for dot in dots] == ["0", "1", "1", "0"]


def test_a_dot_lies_on_a_pixel_of_its_class(xor):
    preset, model = xor
    plane = boundary(preset.network, model.parameters, preset.X, preset.Y)
    for dot in plane.dots:
        value = plane.values[int(dot.y * plane.height), int(dot.x * plane.width), 0]
        assert (value > 0.5) == dot.number


def test_the_legend_says_what_the_ends_and_the_middle_mean(xor):
    preset, model = xor
    legend = boundary(preset.network, model.parameters, preset.X, preset.Y).legend
    outputs = ("an output of 0", "an output of 0.5", "an output of 1")
    assert legend == tuple(zip(BLUE_TO_ORANGE, outputs, strict=True))


def test_a_saturated_network_has_the_colors_of_the_ends():
    network = cr.Network.dense([2, 1], output="sigmoid", loss="binary_cross_entropy")
    parameters = cr.Parameters.from_arrays(network, [[[1e6], [0.0]]], [[0.0]], orientation="from_to")
    plane = boundary(network, parameters, [[-1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0]])
    assert {tuple(color) for color in colors(plane)[:, :32].reshape(-1, 3).tolist()} == {(0x00, 0x72, 0xB2)}
    assert {tuple(color) for color in colors(plane)[:, 32:].reshape(-1, 3).tolist()} == {(0xD5, 0x5E, 0x00)}


def test_of_several_outputs_the_largest_gives_the_color_and_its_size_the_strength():
    network = cr.Network.dense([2, 3], output="softmax", loss="cross_entropy", bias="none")
    weights = [[[9.0, 0.0, -9.0], [0.0, 3.0, -3.0]]]
    model = cr.Model(network, cr.Parameters.from_arrays(network, weights, orientation="from_to"))
    plane = boundary(network, model.parameters, [[-1, -1], [1, 1]], [[1, 0, 0], [0, 0, 1]], fine=16)
    across, up = middles(plane.x, 16), middles(plane.y, 16)
    seen = set()
    for row, column in np.ndindex(16, 16):
        (answer,) = model.predict([[across[column], up[15 - row]]])
        np.testing.assert_allclose(plane.values[row, column], answer, rtol=1e-9)
        strength = 0.2 + 0.8 * answer.max()
        largest = int(
            plane.values[row, column].argmax()
        )  # of two that are the same to the last bit, the first
        own = np.array(between(("#ffffff", OF_CLASSES[largest]), strength))
        assert abs(colors(plane)[row, column] - own).max() <= 0.5 + 1e-9
        seen.add(largest)
    assert seen == {0, 1, 2}
    assert [dot.number for dot in plane.dots] == [0, 2]
    assert plane.dots[1].target == "0, 0, 1"
    assert [words for _, words in plane.legend][2:] == [
        "output 3 is the largest",
        "pale where it is 0, full where it is 1",
    ]


def test_an_output_without_ends_goes_from_the_smallest_to_the_largest_that_is_there():
    network = cr.Network.dense([2, 3, 1], hidden="tanh")
    parameters = cr.Parameters.initial(network, 1)
    plane = boundary(network, parameters, [[0.0, 1.0], [1.0, 0.0]], [[0.0], [1.0]])
    low, high = plane.values.min(), plane.values.max()
    assert plane.legend[0] == (BLUE_TO_ORANGE[0], f"an output of {low:.4g}")
    assert plane.legend[2] == (BLUE_TO_ORANGE[2], f"an output of {high:.4g}")
    where = np.unravel_index(plane.values.argmax(), plane.values.shape)[:2]
    assert colors(plane)[where].tolist() == [0xD5, 0x5E, 0x00]


def test_an_output_that_is_the_same_everywhere_is_white_and_said_once():
    network = cr.Network.dense([2, 1])
    parameters = cr.Parameters.from_arrays(network, [[[0.0], [0.0]]], [[0.25]], orientation="from_to")
    plane = boundary(network, parameters, [[0.0, 1.0]], [[0.0]])
    assert set(plane.pixels) == {255}
    assert plane.legend == (("#ffffff", "an output of 0.25"),)


def test_what_overflows_has_a_color_of_its_own_and_is_said():
    network = cr.Network.dense([2, 1], bias="none")
    parameters = cr.Parameters.from_arrays(network, [[[1e308], [0.0]]], orientation="from_to")
    plane = boundary(network, parameters, [[-3.0, 0.0], [3.0, 1.0]], [[0.0], [1.0]], fine=9)
    assert not np.isfinite(plane.values[0, [0, -1]]).any()
    assert colors(plane)[0, 0].tolist() == colors(plane)[0, -1].tolist() == [0x4D] * 3
    assert colors(plane)[0, 4].tolist() == [255, 255, 255]
    assert plane.legend[-1] == ("#4d4d4d", "infinite or no number")


def test_a_row_alone_is_in_the_middle_of_a_plane_around_it():
    jain = load("jain")
    plane = boundary(jain.network, jain.parameters, jain.X, jain.Y)
    assert plane.x == pytest.approx((0.05 - 1, 0.05 + 1))
    assert [(dot.x, dot.y) for dot in plane.dots] == [(0.5, 0.5)]
    assert plane.dots[0].target == "0.01, 0.99"


@pytest.mark.parametrize("size", [1e300, 1.7e308, 1e-300])
def test_rows_of_any_size_are_shown(size):
    network = cr.Network.dense([2, 1], output="tanh")
    parameters = cr.Parameters.initial(network, 0)
    plane = boundary(network, parameters, [[-size, size], [size, size]], [[0.0], [1.0]], fine=6)
    assert np.isfinite([*plane.x, *plane.y]).all()
    assert all(0 <= dot.x <= 1 and 0 <= dot.y <= 1 for dot in plane.dots)
    assert plane.dots[0].x < 0.5 < plane.dots[1].x


def test_of_many_rows_some_from_all_along_the_table_are_dots():
    preset = load("two-moons")
    X, Y = (np.tile(each, (6, 1)) for each in preset.training_rows())
    dots = boundary(preset.network, preset.parameters, X, Y, fine=4).dots
    assert len(dots) == 500
    assert {dot.number for dot in dots} == {0, 1}
    assert dots[0].x != dots[-1].x


@pytest.mark.parametrize("sizes", [(1, 1), (3, 2, 1)])
def test_a_network_without_two_inputs_is_refused(sizes):
    network = cr.Network.dense(sizes)
    rows = np.ones((1, sizes[0])), np.ones((1, 1))
    with pytest.raises(cr.InvalidValueError, match=rf"the number of inputs was {sizes[0]}; it may be 2 for"):
        boundary(network, cr.Parameters.initial(network), *rows)


@pytest.mark.parametrize("X", [[[0.0, 1.0, 2.0]], [[0.0, np.nan]], [["a", "b"]], []])
def test_rows_that_are_none_are_refused(xor, X):
    preset, model = xor
    with pytest.raises((cr.InvalidValueError, cr.InvalidTypeError)):
        boundary(preset.network, model.parameters, X, [[1.0]])


# --- The loss over two weights ---


@pytest.mark.parametrize("chosen", [W, W[::-1], [W[0], Quantity("b", (1, 3))]])
def test_every_pixel_is_the_models_loss_with_those_two_weights(xor, chosen):
    preset, _ = xor
    data = cr.Data.of(preset.network, preset.X, preset.Y)
    plane = slice_of_loss(preset.network, preset.parameters, data, *chosen, fine=9)
    across, up = middles(plane.x, 9), middles(plane.y, 9)
    for row, column in np.ndindex(9, 9):
        parameters = moved(preset, *chosen, (across[column], up[8 - row]))
        loss = cr.Model(preset.network, parameters).loss(preset.X, preset.Y)
        np.testing.assert_allclose(plane.values[row, column, 0], loss, rtol=1e-12)


def test_the_present_point_is_the_middle_and_its_loss_that_of_the_model_to_the_bit(xor):
    preset, model = xor
    data = cr.Data.of(preset.network, preset.X, preset.Y)
    plane = slice_of_loss(preset.network, model.parameters, data, *W, fine=15)
    loss = model.loss(preset.X, preset.Y)
    assert plane.values[7, 7, 0] == loss
    assert plane.dots == ((0.5, 0.5, 0, f"the loss now, {loss:.4g}"),)
    for ends, quantity in zip((plane.x, plane.y), W, strict=True):
        layer, *place = quantity.indices
        assert sum(ends) / 2 == pytest.approx(model.parameters.W[layer][tuple(place)])
        assert ends[1] - ends[0] == pytest.approx(4)


def test_the_parameters_that_came_in_are_left_alone(xor):
    preset, _ = xor
    parameters, data = preset.parameters, cr.Data.of(preset.network, preset.X, preset.Y)
    before = parameters.theta.copy()
    parameters.theta.flags.writeable = False
    try:
        slice_of_loss(preset.network, parameters, data, *W, fine=5)
        boundary(preset.network, parameters, preset.X, preset.Y, fine=5)
    finally:
        parameters.theta.flags.writeable = True
    np.testing.assert_array_equal(parameters.theta, before)


def quadratic(weight=1.0, target=0.0):
    """A network whose loss is 1/2 (weight w + b - target)^2, and its rows."""
    network = cr.Network.dense([1, 1])
    parameters = cr.Parameters.from_arrays(network, [[[0.0]]], [[0.0]], orientation="from_to")
    return network, parameters, cr.Data.of(network, [[weight]], [[target]])


OF_ONE = [Quantity("W", (1, 0, 0)), Quantity("b", (1, 0))]


def test_the_scale_is_linear_where_the_losses_are_alike():
    plane = slice_of_loss(*quadratic(target=10.0), *OF_ONE, fine=11)
    low, high = plane.values.min(), plane.values.max()
    assert high / low < 100
    for row, column in [(0, 0), (3, 8), (10, 10)]:
        wanted = between(DARK_TO_LIGHT, (plane.values[row, column, 0] - low) / (high - low))
        assert abs(colors(plane)[row, column] - np.array(wanted)).max() <= 0.5 + 1e-9
    assert plane.legend == (
        (DARK_TO_LIGHT[0], f"the smallest loss, {low:.4g}"),
        (DARK_TO_LIGHT[1], f"a loss of {(low + high) / 2:.4g}, in the middle"),
        (DARK_TO_LIGHT[2], f"the largest loss, {high:.4g}"),
    )


def test_the_scale_is_logarithmic_where_they_span_more_than_a_hundred_times():
    plane = slice_of_loss(*quadratic(target=4.0), *OF_ONE, fine=11)
    low, high = plane.values.min(), plane.values.max()
    assert high / low > 100
    for row, column in [(0, 0), (3, 8), (10, 10)]:
        wanted = between(DARK_TO_LIGHT, np.log(plane.values[row, column, 0] / low) / np.log(high / low))
        assert abs(colors(plane)[row, column] - np.array(wanted)).max() <= 0.5 + 1e-9
    assert plane.legend[1][1] == f"a loss of {np.sqrt(low * high):.4g}, in the middle, on a logarithmic scale"


def test_a_loss_of_0_has_the_color_of_the_smallest():
    plane = slice_of_loss(*quadratic(), *OF_ONE, reach=1e3, fine=5)
    assert plane.values[2, 2, 0] == 0
    assert colors(plane)[2, 2].tolist() == [0x00, 0x20, 0x4D]
    assert plane.legend[0][1] == "the smallest loss, 0"


def test_a_loss_that_is_the_same_everywhere_is_said_once():
    network = cr.Network.dense([1, 1, 1], hidden="relu")
    weights, biases = [[[0.0]], [[1.0]]], [[-50.0], [3.0]]
    parameters = cr.Parameters.from_arrays(network, weights, biases, orientation="from_to")
    data = cr.Data.of(network, [[1.0]], [[1.0]])
    plane = slice_of_loss(network, parameters, data, Quantity("W", (1, 0, 0)), Quantity("W", (2, 0, 0)))
    assert plane.legend == ((DARK_TO_LIGHT[1], "a loss of 2 everywhere"),)


def test_losses_that_are_no_numbers_have_a_color_of_their_own_and_are_said():
    network, parameters, data = quadratic(weight=1e200)
    plane = slice_of_loss(network, parameters, data, *OF_ONE, fine=5)
    assert not np.isfinite(plane.values[0, 0, 0])
    assert colors(plane)[0, 0].tolist() == [255, 255, 255]
    assert plane.legend[-1] == ("#ffffff", "infinite or no number")
    everywhere = slice_of_loss(network, moved_far(parameters), data, *OF_ONE, fine=5)
    assert set(everywhere.pixels) == {255}
    assert everywhere.legend == (("#ffffff", "infinite or no number"),)
    assert everywhere.dots[0].target == "the loss now, inf"
    json.dumps(everywhere.as_dict(), allow_nan=False)


def moved_far(parameters):
    return parameters.like(parameters.theta + 1e5)


def test_a_loss_below_0_is_on_a_plain_scale():
    network = cr.Network.dense([1, 1], output="softplus", loss="poisson")
    parameters = cr.Parameters.from_arrays(network, [[[3.0]]], [[0.0]], orientation="from_to")
    plane = slice_of_loss(network, parameters, cr.Data.of(network, [[1.0]], [[40.0]]), *OF_ONE)
    assert plane.values.min() < 0
    assert "logarithmic" not in plane.legend[1][1]


def test_row_weights_count():
    network, parameters, _ = quadratic()
    data = cr.Data.of(network, [[1.0], [2.0]], [[1.0], [5.0]], [3.0, 1.0])
    plane = slice_of_loss(network, parameters, data, *OF_ONE, fine=3)
    assert plane.values[1, 1, 0] == loss_at(network, parameters, *data)


def test_single_precision_is_computed_in_single_precision():
    preset = load("jain")
    parameters = preset.parameters.astype(np.float32)
    data = cr.Data.of(preset.network, preset.X, preset.Y, dtype=np.float32)
    chosen = [Quantity("W", (2, 0, 0)), Quantity("b", (2, 0))]
    plane = slice_of_loss(preset.network, parameters, data, *chosen, fine=3)
    assert plane.values[1, 1, 0] == cr.Model(preset.network, parameters).loss(preset.X, preset.Y)


@pytest.mark.parametrize(("fine", "made"), [(33, 33), (32, 31), (1, 3), (4, 3)])
def test_the_number_of_pixels_is_odd(fine, made):
    plane = slice_of_loss(*quadratic(), *OF_ONE, fine=fine)
    assert (plane.width, plane.height, plane.values.shape) == (made, made, (made, made, 1))
    assert len(plane.pixels) == 3 * made * made


def test_what_would_take_long_has_fewer_pixels_and_what_takes_too_long_none(monkeypatch):
    network, parameters, data = quadratic()
    monkeypatch.setattr(room, "MOST_WORK", 2 * 100)  # two parameters, one row
    assert slice_of_loss(network, parameters, data, *OF_ONE).width == 9
    monkeypatch.setattr(room, "MOST_WORK", 2)
    assert slice_of_loss(network, parameters, data, *OF_ONE).width == 3
    monkeypatch.setattr(room, "MOST_WORK", 1)
    with pytest.raises(cr.TooLargeError, match="the work of the picture was 2 multiplications"):
        slice_of_loss(network, parameters, data, *OF_ONE)


def test_the_same_weight_twice_is_refused(xor):
    preset, _ = xor
    data = cr.Data.of(preset.network, preset.X, preset.Y)
    with pytest.raises(cr.InvalidValueError, match=r"the second weight was W\[1\]\[0,1\]; it may be another"):
        slice_of_loss(preset.network, preset.parameters, data, W[0], W[0])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Quantity("Z", (1, 0, 0)), "Z[1][0,0]"),
        (Quantity("W", (3, 0, 0)), "W[3][0,0]"),
        (Quantity("W", (0, 0, 0)), "W[0][0,0]"),
        (Quantity("W", (1, 2, 0)), "W[1][2,0]"),
        (Quantity("W", (1, -1, 0)), "W[1][-1,0]"),
        (Quantity("W", (1, 0)), "W[1][0]"),
        (Quantity("W", (1, "i", "j")), "W[1][i,j]"),
        (Quantity("b", (1, 8)), "b[1][8]"),
        (Quantity("b", (1, 0, 0)), "b[1][0,0]"),
        (Quantity("eta"), "eta[?][]"),
    ],
)
def test_what_is_no_weight_is_refused(xor, wrong, said):
    preset, _ = xor
    data = cr.Data.of(preset.network, preset.X, preset.Y)
    with pytest.raises(cr.InvalidValueError) as caught:
        slice_of_loss(preset.network, preset.parameters, data, W[0], wrong)
    assert f"the weight to be changed was {said}; it may be a weight W[l][i,j] or a" in str(caught.value)


def test_a_shared_bias_is_one_and_a_layer_without_has_none():
    network = cr.Network([cr.Dense(1, 2, "tanh", bias="shared"), cr.Dense(2, 1, bias="none")])
    parameters, data = cr.Parameters.initial(network), cr.Data.of(network, [[1.0]], [[0.0]])
    slice_of_loss(network, parameters, data, Quantity("W", (1, 0, 0)), Quantity("b", (1, 0)), fine=3)
    for bias in [(1, 1), (2, 0)]:
        with pytest.raises(cr.InvalidValueError, match="the weight to be changed"):
            slice_of_loss(network, parameters, data, Quantity("W", (1, 0, 0)), Quantity("b", bias))


@pytest.mark.parametrize("reach", [0, -1, np.nan, np.inf])
def test_a_reach_that_is_none_is_refused(reach):
    with pytest.raises(cr.InvalidValueError, match="the reach was"):
        slice_of_loss(*quadratic(), *OF_ONE, reach=reach)


@pytest.mark.parametrize("fine", [0, 2.5, "9", True])
def test_a_number_of_pixels_that_is_none_is_refused(xor, fine):
    preset, model = xor
    with pytest.raises(cr.InvalidValueError, match="the number of pixels"):
        slice_of_loss(*quadratic(), *OF_ONE, fine=fine)
    with pytest.raises(cr.InvalidValueError, match="the number of pixels"):
        boundary(preset.network, model.parameters, preset.X, preset.Y, fine=fine)


# --- As data, and the scales ---


def test_as_plain_data_it_is_json_and_its_pixels_come_back(xor):
    preset, model = xor
    plane = boundary(preset.network, model.parameters, preset.X, preset.Y, fine=7)
    told = json.loads(json.dumps(plane.as_dict(), allow_nan=False))
    assert set(told) == {"width", "height", "pixels", "x", "y", "dots", "legend"}
    assert base64.b64decode(told["pixels"]) == plane.pixels
    assert (told["width"], told["height"], told["x"], told["y"]) == (7, 7, list(plane.x), list(plane.y))
    assert told["dots"][1] == {"x": plane.dots[1].x, "y": plane.dots[1].y, "class": 1, "target": "1"}
    assert told["legend"][0] == {"color": "#0072b2", "words": "an output of 0"}


@pytest.mark.parametrize("scale", [DARK_TO_LIGHT, tuple(reversed(BLUE_TO_ORANGE[:2])), BLUE_TO_ORANGE[1:]])
def test_a_scale_is_ever_lighter_or_ever_darker(scale):
    """Its order is then seen without any hue."""
    painted = Scale(0.0, 1.0, scale).painted(np.linspace(0, 1, 101), "#000000")
    lightness = painted @ [0.2126, 0.7152, 0.0722]
    steps = np.diff(lightness)
    assert (steps > 0).all() or (steps < 0).all()


@pytest.mark.parametrize("low", [-1.7e308, 0.0])
def test_a_scale_may_be_as_long_as_numbers_go(low):
    share = Scale(low, 1.7e308, BLUE_TO_ORANGE).share(np.array([low, 1.7e308, -np.inf, np.nan]))
    np.testing.assert_array_equal(share, [0, 1, np.nan, np.nan])
