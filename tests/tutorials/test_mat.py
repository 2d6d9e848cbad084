"""A network from a .mat file and back, and one sentence for each file that does not do."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.files.matlab import write_mat
from chainrule.files.matlab_network import MatNetwork
from chainrule.tutorials import load
from chainrule.tutorials.mat import preset_from_mat, write_model
from chainrule.tutorials.tutorial import DATA

W = (np.array([[0.5, -0.25, 1.0], [0.75, 0.125, -1.5]]), np.array([[1.0], [-0.5], [0.25]]))
B = (np.array([0.1, 0.2, 0.3]), np.array([-0.4]))
X, Y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.25], [0.75]])


def written(tmp_path, network: MatNetwork):
    path = tmp_path / "network.mat"
    write_mat(path, network, overwrite=False)
    return path


def test_input_mat_in_the_package_is_what_the_data_file_says_byte_for_byte(tmp_path, facts):
    told = facts["sadiya"]

    def numbers(names):
        return told["values"][names]["value"] if isinstance(names, str) else [numbers(each) for each in names]

    weights = tuple(np.array(numbers(rows)).T for rows in told["preset"]["weights"])
    biases = tuple(np.array(numbers(names)) for names in told["preset"]["biases"])
    rows = (np.array(told["input_mat"][part], float) for part in ("inputs", "targets"))
    path = written(tmp_path, MatNetwork(weights, biases, *rows))
    assert path.read_bytes() == (DATA / "input.mat").read_bytes()


def test_input_mat_as_a_file_is_the_tutorials_system():
    preset, sadiya = preset_from_mat(DATA / "input.mat"), load("sadiya")
    np.testing.assert_array_equal(preset.parameters.theta, sadiya.parameters.theta)
    assert str(preset.network) == str(sadiya.network)
    for given, own in zip(preset.training_rows(), sadiya.training_rows(), strict=True):
        np.testing.assert_array_equal(given, own)
    one, other = preset.trained(epochs=20, optimizer=sadiya.optimizer), sadiya.trained(epochs=20)
    np.testing.assert_array_equal(one.parameters.theta, other.parameters.theta)


def test_sizes_come_from_the_weights_and_rows_from_the_inputs(tmp_path):
    preset = preset_from_mat(
        written(tmp_path, MatNetwork(W, B, X, Y)), hidden="relu", output="identity", loss="mse"
    )
    assert str(preset.network) == "2-3-1, relu then identity, mean_squared_error"
    for l in (1, 2):
        np.testing.assert_array_equal(preset.parameters.W[l], W[l - 1])
        np.testing.assert_array_equal(preset.parameters.b[l], B[l - 1])
    np.testing.assert_array_equal(preset.training_rows()[0], X)
    np.testing.assert_array_equal(preset.training_rows()[1], Y)
    np.testing.assert_array_equal(preset.X, X[:1])
    assert preset.id == "network.mat"


def test_without_biases_in_the_file_there_are_none_in_the_network(tmp_path):
    preset = preset_from_mat(written(tmp_path, MatNetwork(W, None, X, Y)))
    assert {layer.bias for layer in preset.network.layers} == {"none"}


@pytest.mark.parametrize("bias", ["per_unit", "none"])
def test_a_model_that_was_written_comes_back_whole(bias, tmp_path):
    network = cr.Network.dense([2, 4, 3, 1], hidden="tanh", output="sigmoid", loss="squared_error", bias=bias)
    model = cr.Model(network, seed=5).fit(X, Y, epochs=3, seed=0)
    path = tmp_path / "model.mat"
    write_model(path, model, X, Y, overwrite=False)
    preset = preset_from_mat(path)
    np.testing.assert_array_equal(preset.parameters.theta, model.parameters.theta)
    np.testing.assert_array_equal(preset.model.predict(X), model.predict(X))
    assert str(preset.network) == str(network)


def test_a_file_that_exists_is_overwritten_only_when_asked(tmp_path):
    path = written(tmp_path, MatNetwork(W, B, X, Y))
    before = path.read_bytes()
    model = cr.Model(cr.Network.dense([2, 2, 1]), seed=1)
    with pytest.raises((cr.ChainruleError, OSError)) as caught:
        write_model(path, model, X, Y, overwrite=False)
    assert path.name in str(caught.value)
    assert path.read_bytes() == before
    write_model(path, model, X, Y, overwrite=True)
    np.testing.assert_array_equal(preset_from_mat(path).parameters.theta, model.parameters.theta)


def test_a_shared_bias_has_no_place_in_the_form_and_nothing_is_written(tmp_path):
    model = cr.Model(cr.Network.dense([2, 2, 1], bias="shared"), seed=1)
    with pytest.raises(
        cr.InvalidValueError, match=r"bias was 'shared by a layer'; it may be one for each unit"
    ):
        write_model(tmp_path / "model.mat", model, X, Y, overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_biases_in_some_layers_only_have_no_place_in_the_form_either(tmp_path):
    layers = [cr.Dense(2, 2, "tanh", bias="none"), cr.Dense(2, 1)]
    with pytest.raises(cr.ChainruleError) as caught:
        write_model(tmp_path / "model.mat", cr.Model(cr.Network(layers), seed=1), X, Y, overwrite=False)
    assert "bias" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


WITHOUT = {
    "without inputs": MatNetwork(W, B, None, Y),
    "without targets": MatNetwork(W, B, X, None),
}


@pytest.mark.parametrize("what", WITHOUT)
def test_a_file_without_rows_to_learn_from_is_refused_by_its_name(what, tmp_path):
    path = written(tmp_path, WITHOUT[what])
    with pytest.raises(cr.InvalidFileError) as caught:
        preset_from_mat(path)
    assert str(path) in str(caught.value)
    assert what in str(caught.value)


def test_a_target_without_meaning_for_the_loss_is_named_when_it_is_used(tmp_path):
    path = written(tmp_path, MatNetwork(W, B, X, np.array([[0.5], [2.0]])))
    preset = preset_from_mat(path, loss="binary_cross_entropy")
    with pytest.raises(cr.InvalidValueError, match="target at row 1, column 0 was 2"):
        preset.trained(epochs=1)


def test_an_activation_that_is_none_is_answered_with_the_nearest(tmp_path):
    path = written(tmp_path, MatNetwork(W, B, X, Y))
    with pytest.raises(cr.UnknownNameError, match="did you mean sigmoid"):
        preset_from_mat(path, output="sigmod")


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0 MAT-file", b"\x89HDF\r\n\x1a\n" + bytes(500)])
def test_what_is_no_such_file_is_refused(content, tmp_path):
    path = tmp_path / "bad.mat"
    path.write_bytes(content)
    with pytest.raises(cr.InvalidFileError):
        preset_from_mat(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises((cr.ChainruleError, OSError), match=r"gone\.mat"):
        preset_from_mat(tmp_path / "gone.mat")
