"""A tree arrives as it was sent; anything that no honest child would send is refused."""

import io

import numpy as np
import pytest

from chainrule.errors import InvalidFileError
from chainrule.files import wire
from chainrule.files.wire import canonical, receive, send, send_error

SPECIAL = np.array([[-0.0, 5e-324, np.nan], [1e308, -np.inf, 0.1]])


def sent(tree):
    stream = io.BytesIO()
    send(stream, tree)
    return stream.getvalue()


def message(description, numbers=b""):
    text = description if isinstance(description, bytes) else canonical(description)
    return len(text).to_bytes(8, "little") + text + numbers


def same(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@pytest.mark.parametrize(
    "tree",
    [
        None,
        7,
        "text \ud800 \x1b",
        [],
        {},
        SPECIAL,
        np.zeros((0, 3)),
        np.array(2.5),
        [SPECIAL, SPECIAL[0], [np.ones(1)]],
        {"b": np.ones(2), "a": np.zeros(3), "": None},
        {"table": {"float64": [2]}, "float64": np.ones((1, 2)), "error": "no error"},
    ],
)
def test_round_trip(tree):
    assert same(receive(io.BytesIO(sent(tree))), tree)


def test_orders_of_memory_do_not_matter():
    matrix = np.arange(6.0).reshape(2, 3)
    assert sent(np.asfortranarray(matrix)) == sent(matrix) == sent(matrix.T.copy().T)


def test_arrays_are_read_only():
    array = receive(io.BytesIO(sent(np.ones(2))))
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 2


@pytest.mark.parametrize("tree", [np.ones(2, dtype=np.float32), object(), {1, 2}, np.array([None])])
def test_nothing_else_travels(tree):
    with pytest.raises(TypeError, match="does not travel"):
        sent(tree)


def test_error_arrives_as_one_printable_line():
    stream = io.BytesIO()
    send_error(stream, "bad\nthing \x1b[2J \u202e" + "x" * 10_000)
    stream.seek(0)
    with pytest.raises(InvalidFileError, match=r"^bad thing \?\[2J \?x+$") as caught:
        receive(stream)
    assert len(str(caught.value)) == 1000


def test_cut_at_every_byte():
    whole = sent({"a": np.ones((2, 2)), "b": [np.zeros(1)]})
    for length in range(len(whole)):
        with pytest.raises(EOFError):
            receive(io.BytesIO(whole[:length]))


def test_every_flipped_bit_of_the_description():
    tree = {"a": np.ones((2, 2)), "b": [np.zeros(1), None, 3]}
    whole = sent(tree)
    refused = 0
    for position in range(len(whole) - 5 * 8):
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[position] ^= 1 << bit
            try:
                receive(io.BytesIO(flipped))
            except (InvalidFileError, EOFError):
                refused += 1
    assert refused > 4 * position  # a name or a number may change unseen; most flips may not


@pytest.mark.parametrize(
    ("answer", "how"),
    [
        ((2**62).to_bytes(8, "little"), "a description of 4,611,686,018,427,387,904 bytes"),
        (message(b"[" * 100_000), "not canonical JSON"),
        (message(b"\xff"), "not canonical JSON"),
        (message(b'{"result": 1}'), "not canonical JSON"),
        (message(b'{"result":1,"result":1}'), "not canonical JSON"),
        (message(b'{"result":NaN}'), "not canonical JSON"),
        (message(b'{"result":' + b"9" * 5000 + b"}"), "not canonical JSON"),
        (message({"result": 1, "error": "both"}), "neither a result nor an error"),
        (message({"error": 3}), "neither a result nor an error"),
        (message([]), "neither a result nor an error"),
        (message({"result": 0.5}), "no tree"),
        (message({"result": {"float32": [1]}}), "no tree"),
        (message({"result": {"float64": [1], "more": 1}}), "no tree"),
        (message({"result": {"table": []}}), "no tree"),
        (message({"result": {"float64": [-1]}}), "an impossible shape"),
        (message({"result": {"float64": [1.0]}}), "an impossible shape"),
        (message({"result": {"float64": [True]}}), "an impossible shape"),
        (message({"result": {"float64": ["1"]}}), "an impossible shape"),
        (message({"result": {"float64": [2**62]}}), "an impossible shape"),
        (message({"result": {"float64": [0, 2**20, 2**20]}}), "an impossible shape"),
        (message({"result": {"float64": [1] * 9}}), "an impossible shape"),
        (message({"result": [{"float64": [2**27]}, {"float64": [1]}]}), "1,073,741,832 bytes of numbers"),
        (message({"result": {"float64": [1]}}, bytes(9)), "more bytes than it describes"),
        (message({"result": None}, b"x"), "more bytes than it describes"),
        (message(b'{"result":' + b"[" * 17 + b"]" * 17 + b"}"), "more than 16 deep"),
    ],
)
def test_malformed_answers(answer, how):
    with pytest.raises(InvalidFileError, match=how):
        receive(io.BytesIO(answer))


def test_description_of_the_largest_size(monkeypatch):
    monkeypatch.setattr(wire, "LARGEST_DESCRIPTION", len(canonical({"result": "1234"})))
    assert receive(io.BytesIO(sent("1234"))) == "1234"
    with pytest.raises(InvalidFileError, match="a description of"):
        receive(io.BytesIO(sent("12345")))
