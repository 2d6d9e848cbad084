"""What is saved is loaded, to the bit; what is anything else is refused, and never a model."""

import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load as load_by_library

from chainrule.errors import ChainruleError, InvalidFileError, InvalidTypeError, InvalidValueError, ShapeError
from chainrule.files import atomic
from chainrule.files.model_file import (
    MODEL,
    ModelFile,
    load_model,
    model_in,
    named_arrays,
    save_model,
    versions,
)
from chainrule.files.sealed import sealed
from chainrule.files.source import errors_about
from chainrule.network.description import describe
from chainrule.network.layers import Dense
from chainrule.network.losses import huber, pinball
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters

GOLDEN = Path(__file__).parents[1] / "golden" / "model-1.safetensors"
TINY = Network.dense([1, 1])


def network():
    return Network(
        [
            Dense(3, 4, "tanh", bias="shared", dropout=0.25, train_weights=False),
            Dense(4, 5, "relu", bias="none", initializer="he_normal"),
            Dense(5, 2, train_bias=False),
        ],
        pinball(0.1, 0.9),
    )


def model_of(net, dtype=np.float64, **tables):
    return ModelFile(net, Parameters.initial(net, seed=3, dtype=dtype), **tables)


def bytes_of(model):
    content = {
        "network": describe(model.network),
        "encoder": model.encoder,
        "training": model.training,
        "provenance": model.provenance,
    }
    return sealed(MODEL, content, named_arrays(model.parameters))


def load(data):
    with errors_about("m"):
        return model_in(io.BytesIO(data), len(data))


def refused(data, message="^in 'm', "):
    with pytest.raises(InvalidFileError, match=message) as error:
        load(data)
    assert "\n" not in str(error.value)


def same(one, other):
    return (
        one.network == other.network
        and one.parameters.theta.dtype == other.parameters.theta.dtype
        and one.parameters.theta.tobytes() == other.parameters.theta.tobytes()
        and all(getattr(one, name) == getattr(other, name) for name in ("encoder", "training", "provenance"))
    )


# What is saved is loaded


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "net", [network(), TINY, Network.dense([7, 1, 3], output="softmax", loss="cross_entropy")]
)
def test_round_trip(tmp_path, net, dtype):
    model = model_of(net, dtype, encoder={"columns": ["ü"]}, training={"epochs": 3, "rates": [0.1, 1e-300]})
    path = tmp_path / "m.safetensors"
    save_model(path, model)
    again = load_model(path)
    assert same(again, model)
    assert again.parameters.layout.network is again.network
    assert again.parameters.theta.flags.writeable
    assert path.read_bytes() == bytes_of(model) == bytes_of(again)


def test_special_numbers_keep_their_bits():
    parameters = Parameters.initial(Network.dense([3, 2]))
    parameters.theta[:] = [-0.0, 5e-324, -1.7976931348623157e308, 0.1, 1 / 3, 1e-320, 0, 1]
    model = ModelFile(parameters.layout.network, parameters)
    assert same(load(bytes_of(model)), model)


def test_other_programs_see_the_names_and_shapes_of_the_equations():
    model = model_of(network())
    arrays = load_by_library(bytes_of(model))
    assert {name: array.shape for name, array in arrays.items()} == {
        "W[1]": (3, 4),
        "b[1]": (1,),
        "W[2]": (4, 5),
        "W[3]": (5, 2),
        "b[3]": (2,),
    }
    assert np.array_equal(arrays["W[2]"], model.parameters.W[2])


SAVE = """
import sys
from chainrule.files.model_file import ModelFile, load_model, save_model
from chainrule.network.losses import huber
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters

net = Network.dense([3, 4, 2], hidden="gelu", loss=huber(0.5))
names = {"a", "b", "c", "d", "e", "f"}
tables = {"encoder": {name: {name: name} for name in names}, "training": dict.fromkeys(names, 1)}
save_model(sys.argv[1], ModelFile(net, Parameters.initial(net, seed=1), **tables))
sys.stdout.buffer.write(load_model(sys.argv[1]).parameters.theta.tobytes())
"""


def test_the_same_content_gives_the_same_bytes_in_every_process(tmp_path):
    files, thetas = set(), set()
    for seed in ("0", "1", "2"):
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONHASHSEED": seed,
            "TZ": f"X{seed}",
        }
        (tmp_path / seed).mkdir()
        path = tmp_path / seed / f"m{seed}.safetensors"
        ended = subprocess.run(
            [sys.executable, "-c", SAVE, path], env=environment, check=True, capture_output=True
        )
        files.add(path.read_bytes())
        thetas.add(ended.stdout)
    assert len(files) == len(thetas) == 1
    theta = load_model(path).parameters.theta
    assert theta.tobytes() in thetas
    assert np.array_equal(theta, Parameters.initial(Network.dense([3, 4, 2], hidden="gelu"), seed=1).theta)


def test_a_model_file_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        model_of(TINY).encoder = {}


# The golden file of format version 1: it loads for ever


def golden():
    net = Network(
        [
            Dense(3, 4, "tanh", bias="shared", train_bias=False, dropout=0.25),
            Dense(4, 2, "relu", bias="none", train_weights=False),
            Dense(2, 2, initializer="lecun_normal"),
        ],
        huber(0.5),
    )
    parameters = Parameters.initial(net, dtype=np.float32)
    parameters.theta[:] = (np.arange(27) - 13) / 8
    return ModelFile(
        net,
        parameters,
        encoder={"columns": [{"name": "größe", "kind": "number", "mean": 0.1, "missing": None}]},
        training={"optimizer": {"name": "adam", "learning_rate": 0.001}, "epochs": 10, "seed": 2**64 - 1},
        provenance={"chainrule": "0.1.0", "numpy": "2.4.6", "data_sha256": "0" * 64},
    )


def test_the_golden_file_loads_to_known_numbers():
    model = load_model(GOLDEN)
    assert same(model, golden())
    assert model.parameters.theta.dtype == np.float32
    assert model.parameters.W[1].tolist()[0] == [-1.625, -1.5, -1.375, -1.25]
    assert model.parameters.b[1].tolist() == [-0.125]
    assert model.parameters.b[2] is None
    assert model.parameters.b[3].tolist() == [1.5, 1.625]
    assert model.training["seed"] == 18446744073709551615


def test_the_golden_file_is_what_is_written_today():
    assert GOLDEN.read_bytes() == bytes_of(golden())


# What cannot be saved


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"network": Network.dense([2, 1])}, ShapeError, "the network of the parameters was 1-1"),
        ({"network": "1-1"}, InvalidTypeError, "the network of a model file was '1-1'"),
        ({"parameters": np.ones(2)}, InvalidTypeError, "the parameters was|the parameters were"),
        ({"encoder": []}, InvalidTypeError, "encoder was .*a table of names and values"),
        ({"encoder": {"code": print}}, InvalidTypeError, "encoder.code was <built-in function print>"),
        ({"encoder": {"mean": np.ones(2)}}, InvalidTypeError, "encoder.mean was"),
        ({"training": None}, InvalidTypeError, "training was None; it may be a table"),
        ({"training": {"loss": float("nan")}}, InvalidValueError, "training.loss was nan"),
        ({"provenance": {1: 2}}, InvalidTypeError, "provenance had the name 1"),
    ],
)
def test_what_no_model_file_may_hold(change, error, message):
    with pytest.raises(error, match=message):
        replace(model_of(TINY), **change)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_cannot_be_saved(bad):
    parameters = Parameters.initial(network())
    parameters.W[2][1, 3] = bad
    with pytest.raises(InvalidValueError, match=rf"W\[2\] at row 1, column 3 was {bad}; it may be a finite"):
        ModelFile(network(), parameters)


@pytest.mark.parametrize("dtype", [np.longdouble, np.complex128, np.float16, np.int64, ">f8"])
def test_other_precisions_cannot_be_saved(dtype):
    with pytest.raises(InvalidTypeError, match=r"the dtype of the parameters was .*float32 or float64"):
        ModelFile(TINY, Parameters.initial(TINY).astype(dtype))


def test_a_theta_of_another_length_cannot_be_saved():
    with pytest.raises(ShapeError, match=r"the shape of theta was \(3,\); it may be \(2,\)"):
        ModelFile(TINY, Parameters.initial(TINY).like(np.ones(3)))


def test_functions_of_ones_own_cannot_be_saved(tmp_path):
    own = Network.dense([2, 1], output=(np.sin, np.cos))
    with pytest.raises(InvalidValueError, match=r"the activation of layer 1, 'own', was one of your own"):
        save_model(tmp_path / "m", model_of(own))
    assert os.listdir(tmp_path) == []


def test_a_description_that_is_too_long_leaves_the_old_file(tmp_path):
    (tmp_path / "m").write_bytes(b"old")
    with pytest.raises(InvalidValueError, match="the description of a chainrule-model was"):
        save_model(tmp_path / "m", model_of(TINY, encoder={"names": ["x" * 2**20]}), overwrite=True)
    assert (tmp_path / "m").read_bytes() == b"old"


def test_an_old_file_is_kept_unless_it_may_be_replaced(tmp_path):
    one, other = model_of(TINY), model_of(network())
    save_model(tmp_path / "m", one)
    with pytest.raises(InvalidFileError, match="exists already, and overwriting it was not asked for"):
        save_model(tmp_path / "m", other)
    assert same(load_model(tmp_path / "m"), one)
    save_model(tmp_path / "m", other, overwrite=True)
    assert same(load_model(tmp_path / "m"), other)
    assert os.listdir(tmp_path) == ["m"]


def test_a_disk_that_fails_leaves_the_old_model(tmp_path, monkeypatch):
    save_model(tmp_path / "m", model_of(TINY))
    monkeypatch.setattr(
        atomic, "fill", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OSError, match=r"No space left on device: '.*m'"):
        save_model(tmp_path / "m", model_of(network()), overwrite=True)
    assert same(load_model(tmp_path / "m"), model_of(TINY))


# What cannot be loaded


def test_every_cut_is_refused(tmp_path):
    data, path = bytes_of(model_of(TINY)), tmp_path / "m.safetensors"
    for size in range(len(data)):
        refused(data[:size])
    for size in range(0, len(data), 50):
        path.write_bytes(data[:size])
        with pytest.raises(InvalidFileError, match=r"^in .*m.safetensors., the content"):
            load_model(path)


def test_every_flipped_bit_is_refused():
    data = bytearray(bytes_of(model_of(TINY, provenance={})))
    for place in range(len(data)):
        for bit in range(8):
            data[place] ^= 1 << bit
            refused(bytes(data))
            data[place] ^= 1 << bit
    assert load(bytes(data)).network == TINY


def content_of(model):
    return {
        "network": describe(model.network),
        "encoder": model.encoder,
        "training": model.training,
        "provenance": model.provenance,
    }


CONTENT = content_of(model_of(TINY))
ARRAYS = {"W[1]": np.ones((1, 1)), "b[1]": np.ones(1)}


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "the precision of the numbers was ''; it may be F32 or F64"),
        ({"W[1]": np.ones((1, 1))}, r"a tensor for 1-1, .* was 'none'; it may be b\[1\] F64 \(1,\)"),
        ({**ARRAYS, "b[2]": np.ones(1)}, r"was 'b\[2\] F64 \(1,\)'; it may be none"),
        ({"b[1]": np.ones(1), "W[1]": np.ones((1, 1))}, r"was 'b\[1\] F64 \(1,\)'; it may be W\[1\] F64"),
        ({**ARRAYS, "W[1]": np.ones((1, 2))}, r"was 'W\[1\] F64 \(1, 2\)'; it may be W\[1\] F64 \(1, 1\)"),
        ({**ARRAYS, "W[1]": np.ones(1)}, r"was 'W\[1\] F64 \(1,\)'"),
        ({**ARRAYS, "b[1]": np.ones(1, np.float32)}, r"was 'b\[1\] F32 \(1,\)'; it may be b\[1\] F64"),
        ({**ARRAYS, "W[1]": np.ones((1, 1), np.int64)}, "the precision of the numbers was 'I64'"),
        ({"theta": np.ones(2)}, r"was 'theta F64 \(2,\)'"),
        ({**ARRAYS, "b[1]": np.array([np.nan])}, r"b\[1\] at index 0 was nan; it may be a finite number"),
        ({**ARRAYS, "W[1]": np.array([[-np.inf]])}, r"W\[1\] at row 0, column 0 was -inf"),
    ],
)
def test_numbers_that_are_not_those_of_the_network(arrays, message):
    refused(sealed(MODEL, CONTENT, arrays), f"^in 'm', .*{message}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": describe(Network.dense([2, 1]))}, r"a tensor for 2-1, .* was 'W\[1\] F64 \(1, 1\)'"),
        ({"network": {**CONTENT["network"], "layers": []}}, "the list of layers was empty"),
        ({"network": None}, "the network was None"),
        ({"network": {**CONTENT["network"], "loss": {"name": "os.system"}}}, "the loss was 'os.system'"),
        ({"encoder": []}, "encoder was"),
        ({"training": 1}, "training was 1"),
        ({"provenance": None}, "provenance was None"),
        ({"more": {}}, "the description was 'encoder, more, network"),
    ],
)
def test_descriptions_that_are_no_models(change, message):
    refused(sealed(MODEL, {**CONTENT, **change}, ARRAYS), f"^in 'm', {message}")


@pytest.mark.parametrize("name", CONTENT)
def test_descriptions_without_all_of_their_parts(name):
    less = {key: value for key, value in CONTENT.items() if key != name}
    refused(sealed(MODEL, less, ARRAYS), "the description was")


def test_a_network_too_large_for_any_machine_is_refused_before_its_memory():
    layers = [{"inputs": 2**31 - 1, "units": 2**31 - 1}] * 1000
    refused(
        sealed(MODEL, {**CONTENT, "network": {"layers": layers, "loss": {"name": "huber"}}}, ARRAYS),
        "a tensor for",
    )


def test_other_formats_and_newer_versions_say_so():
    refused(
        sealed(MODEL._replace(name="chainrule-checkpoint"), {}, {}), "was 'chainrule-checkpoint'; it may be"
    )
    refused(
        sealed(MODEL._replace(version=2), {"anything": 1}, ARRAYS),
        r"^in 'm', the format version of the content was 2; it may be 1 to 1 \(it was written by a newer",
    )


class Bomb:
    def __reduce__(self):
        return os.abort, ()


@pytest.mark.parametrize("protocol", range(2, 6))
def test_a_pickle_is_never_opened(tmp_path, protocol):
    path = tmp_path / "m.safetensors"
    path.write_bytes(pickle.dumps(Bomb(), protocol))
    with pytest.raises(InvalidFileError, match=r"the content was a pickle, .* was not opened; .*from_arrays"):
        load_model(path)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(InvalidFileError, match="cannot be read: No such file or directory"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(InvalidFileError, match="was a folder"):
        load_model(tmp_path)
    (tmp_path / "empty").touch()
    with pytest.raises(InvalidFileError, match="the content was empty"):
        load_model(tmp_path / "empty")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**64 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw):
    """Return a model's content with some of its values replaced."""
    content = json.loads(json.dumps(content_of(model_of(network(), encoder={"a": [1, 2]}))))
    for _ in range(draw(st.integers(1, 2))):
        places, stack = [], [content]
        while stack:
            inner = stack.pop()
            for key in inner if isinstance(inner, dict) else range(len(inner)):
                places.append((inner, key))
                if isinstance(inner[key], dict | list):
                    stack.append(inner[key])
        inner, key = draw(st.sampled_from(places))
        inner[key] = draw(JSON | st.sampled_from(["relu", "none", "shared", 1, 2, 3, 4, 5, 0.5, True]))
    return content


@settings(max_examples=300, deadline=None, derandomize=True)
@given(mutated())
def test_a_mutated_description_is_refused_or_is_another_model(content):
    arrays = named_arrays(Parameters.initial(network(), seed=3))
    data = sealed(MODEL, content, arrays)
    try:
        model = load(data)
    except InvalidFileError:
        return
    assert model.network.sizes == network().sizes
    assert same(load(bytes_of(model)), model)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_random_damage_is_refused(data):
    good = bytearray(bytes_of(model_of(network())))
    start = data.draw(st.integers(0, len(good)))
    stop = data.draw(st.integers(start, min(len(good), start + 40)))
    bad = bytes(good[:start]) + data.draw(st.binary(max_size=40)) + bytes(good[stop:])
    if bad != good:
        refused(bad)


def test_where_it_comes_from():
    assert versions() == {"chainrule": sys.modules["chainrule"].__version__, "numpy": np.__version__}
    assert model_of(TINY).provenance == versions()
    json.dumps(versions())
    assert hashlib.sha256(bytes_of(golden())).hexdigest() == hashlib.sha256(GOLDEN.read_bytes()).hexdigest()
    assert issubclass(InvalidFileError, ChainruleError)
