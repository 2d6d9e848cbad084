"""Models as .npz and .mat: what is read again is what was written, to the bit."""

import io
import json
import zipfile
from itertools import pairwise

import numpy as np
import pytest
import scipy.io
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import (
    Activation,
    ChainruleError,
    Dense,
    InvalidFileError,
    InvalidTypeError,
    InvalidValueError,
    Model,
    Network,
    Parameters,
    TooLargeError,
    to_mat,
    to_npz,
)
from chainrule.export.arrays import content_of
from chainrule.files import matlab_format
from chainrule.files.matlab import read_mat
from chainrule.files.tables.encoder import Encoder
from chainrule.files.tables.npz_format import parse
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.description import network_from
from chainrule.network.layers import BIASES

WRITERS = {"npz": to_npz, "mat": to_mat}


@st.composite
def models(draw):
    """Draw a model of one to three layers with numbers of any size."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=4))
    layers = [
        Dense(n, units, draw(st.sampled_from(list(ACTIVATIONS))), bias=draw(st.sampled_from(BIASES)))
        for n, units in pairwise(sizes)
    ]
    dtype, seed = draw(st.sampled_from([np.float32, np.float64])), draw(st.integers(0, 99))
    model = Model(Network(layers), dtype=dtype)
    size, numbers = model.parameters.theta.size, np.random.default_rng(seed)
    model.parameters.theta[:] = numbers.normal(size=size) * 10.0 ** numbers.integers(-37, 38, size)
    model.parameters.theta[0] = -0.0
    return model


def network_and_parameters(arrays):
    """Build what an archive describes, of its arrays and texts alone."""
    network = network_from(json.loads(str(arrays["network"])))
    depth = network.depth
    biases = None
    if "b1" in arrays:
        lengths = [layer.biases for layer in network.layers]
        biases = [arrays[f"b{k + 1}"][:n] if n else None for k, n in enumerate(lengths)]
    weights = [arrays[f"W{k}"] for k in range(1, depth + 1)]
    dtype = weights[0].dtype
    return network, Parameters.from_arrays(network, weights, biases, orientation="from_to", dtype=dtype)


@settings(max_examples=60, deadline=None)
@given(models())
def test_an_archive_is_the_model_to_the_bit(model):
    arrays = np.load(io.BytesIO(to_npz(model)))
    network, parameters = network_and_parameters(arrays)
    assert network == model.network
    assert parameters.theta.dtype == model.parameters.theta.dtype
    assert parameters.theta.tobytes() == model.parameters.theta.tobytes()


@settings(max_examples=60, deadline=None)
@given(models())
def test_our_reader_of_mat_files_reads_the_network_to_the_bit(model):
    found = matlab_format.parse(to_mat(model))
    for number, W in enumerate(found["weights"], start=1):
        assert W.tobytes() == model.parameters.W[number].astype(np.float64).tobytes()
    biased = any(layer.biases for layer in model.network.layers)
    assert len(found["biases"]) == (model.network.depth if biased else 0)
    for number, b in enumerate(found["biases"], start=1):
        own = model.parameters.b[number]
        want = np.zeros(b.size) if own is None else np.broadcast_to(own, b.size).astype(np.float64)
        assert b.tobytes() == want.tobytes()
    assert found["inputs"] == found["targets"] == []


def test_a_mat_file_is_read_as_a_network(tmp_path):
    model = Model(Network.dense([2, 3, 1], bias="shared"), seed=1)
    model.parameters.theta[:] += 0.5
    to_mat(model, tmp_path / "m.mat")
    found = read_mat(tmp_path / "m.mat")
    assert found.sizes == (2, 3, 1)
    np.testing.assert_array_equal(found.biases[0], np.full(3, 0.5))


def test_scipy_and_so_matlab_reads_the_texts(every_kind):
    model = every_kind[1]["y"]
    found = scipy.io.loadmat(io.BytesIO(to_mat(model)), simplify_cells=True)
    assert found["columns"].tolist() == model.encoder.columns
    assert "color=dark  blüe" in model.encoder.columns
    assert found["classes"].tolist() == ["no", "yes"]
    assert found["activations"].tolist() == ["relu", "softmax"]
    assert found["loss"] == "cross_entropy"
    assert Encoder.from_dict(json.loads(found["encoder"])) == model.encoder
    assert "(from_to)" in found["note"]


def test_numpy_reads_the_texts_without_pickle(every_kind):
    model = every_kind[1]["even"]
    found = np.load(io.BytesIO(to_npz(model)), allow_pickle=False)
    assert found["columns"].tolist() == model.encoder.columns
    assert found["classes"].tolist() == ["False", "True"]
    assert Encoder.from_dict(json.loads(str(found["encoder"]))) == model.encoder
    assert {each.name for each in model.encoder.inputs} <= {"label", *every_kind[0].columns}


def test_the_model_of_numbers_has_no_classes(every_kind):
    assert "classes" not in content_of(every_kind[1]["numbers"])


def test_the_reader_of_tables_takes_every_member_of_an_archive():
    told = parse(to_npz(Model(Network.dense([2, 3, 1]))))
    assert [each["name"] for each in told][-2:] == ["W2", "W1"]


# --- The same bytes ---


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_model_gives_the_same_bytes_at_any_time(form, every_kind, monkeypatch):
    model = every_kind[1]["y"]
    data = WRITERS[form](model)
    monkeypatch.setattr("time.time", lambda: 1.9e9)
    monkeypatch.setattr("time.asctime", lambda *when: "Wed Mar 17 17:46:40 2030")
    monkeypatch.setattr("time.localtime", lambda *when: (2030, 3, 17, 17, 46, 40, 2, 76, 0))
    assert WRITERS[form](model) == data


def test_an_archive_tells_neither_when_nor_where_it_was_written():
    members = zipfile.ZipFile(io.BytesIO(to_npz(Model(Network.dense([2, 1]))))).infolist()
    assert {each.date_time for each in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {(each.create_system, each.compress_type) for each in members} == {(3, zipfile.ZIP_STORED)}


def test_a_mat_file_tells_neither_when_nor_where_it_was_written():
    assert to_mat(Model(Network.dense([2, 1])))[:116].rstrip() == b"MATLAB 5.0 MAT-file, written by chainrule"


def test_the_models_own_numbers_are_as_they_were():
    model = Model(Network.dense([2, 3, 1], bias="shared"), seed=1)
    before = model.parameters.theta.copy()
    np.load(io.BytesIO(to_npz(model)))["W1"][:] = 7
    content_of(model)["b1"][:] = 7
    np.testing.assert_array_equal(model.parameters.theta, before)


# --- What is refused ---


@pytest.mark.parametrize("bias", BIASES)
def test_a_mat_file_that_was_cut_anywhere_is_no_network(bias):
    data = to_mat(Model(Network.dense([1, 2, 1], bias=bias), dtype=np.float32))
    for length in range(len(data)):
        with pytest.raises(ChainruleError):
            matlab_format.parse(data[:length])


@pytest.mark.parametrize("form", WRITERS)
def test_a_file_is_replaced_when_asked_for_only(form, tmp_path):
    model, path = Model(Network.dense([2, 1])), tmp_path / "m"
    path.write_bytes(b"mine")
    with pytest.raises(InvalidFileError, match="exists already"):
        WRITERS[form](model, path)
    assert path.read_bytes() == b"mine"
    assert WRITERS[form](model, path, overwrite=True) == path.read_bytes()


@pytest.mark.parametrize("form", WRITERS)
def test_what_is_code_is_refused(form):
    own = Activation(**{**vars(ACTIVATIONS["tanh"]), "name": "my tanh"})
    with pytest.raises(InvalidValueError, match="my tanh"):
        WRITERS[form](Model(Network([Dense(2, 1, own)])))


@pytest.mark.parametrize("form", WRITERS)
def test_other_precisions_and_what_is_no_model_are_refused(form):
    with pytest.raises(InvalidTypeError, match="may be float32 or float64"):
        WRITERS[form](Model(Network.dense([2, 1]), dtype=np.longdouble))
    with pytest.raises(
        InvalidTypeError, match=r"^what is to be exported was 3; it may be a Model or a TableModel"
    ):
        WRITERS[form](3)
    model = Model(Network.dense([2, 1]))
    model.parameters.theta[0] = np.inf
    with pytest.raises(InvalidValueError, match="theta"):
        WRITERS[form](model)


def test_a_mat_file_that_would_not_be_read_again_is_refused(monkeypatch):
    monkeypatch.setattr("chainrule.export.to_mat.LARGEST_FILE", 1000)
    with pytest.raises(TooLargeError, match=r"^the file would have [\d,]+ bytes; it may have at most 1,000$"):
        to_mat(Model(Network.dense([2, 1])))
