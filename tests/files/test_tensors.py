"""A sealed file gives back what was put in; whatever else is offered is refused in one sentence."""

import bz2
import errno
import gzip
import hashlib
import io
import json
import lzma
import os
import pickle
import socket
import sys
import time
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest
import safetensors
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from safetensors.numpy import save as save_by_library

from chainrule.errors import InvalidFileError, InvalidTypeError, InvalidValueError, TooLargeError
from chainrule.files import opened as opened_module
from chainrule.files.foreign import SIGNATURES
from chainrule.files.opened import opened
from chainrule.files.plain_json import DEEPEST, parsed, require_plain
from chainrule.files.sealed import LARGEST_HEADER, Form, read_header, read_numbers, sealed
from chainrule.files.tensors import MOST_TENSORS, tensors_in

FORM = Form("chainrule-test", 1)
ARRAYS = {
    "W[1]": np.array([[1.5, -0.0], [5e-324, 1e308]]),
    "b[1]": np.array([0.25, 3, 4], dtype=np.float32),  # so that what follows is not aligned in the file
    "steps": np.array([-(2**63), 2**63 - 1]),
}
CONTENT = {"names": ["ü", "\ud800", "a\0b"], "rate": 0.1, "seed": 2**64 - 1, "none": None, "yes": True}

examples = settings(max_examples=200, deadline=None, derandomize=True)


def read(data, claimed=None):
    """Read a file's bytes as its owner would."""
    stream = io.BytesIO(data)
    header = read_header(stream, claimed or len(data), FORM)
    numbers = read_numbers(stream, header)
    return header.content, {each.name: each.view(numbers) for each in header.tensors}


def text_of(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def forged(entries, numbers=b"", stamp=None, **of_stamp):
    """Write a file as the format is documented, with the right hashes, whatever it says."""
    stamp = stamp or {
        "format": FORM.name,
        "version": 1,
        "content": {},
        "numbers_sha256": hashlib.sha256(numbers).hexdigest(),
        **of_stamp,
    }

    def header(sha256):
        text = text_of({**entries, "__metadata__": {"chainrule": text_of({**stamp, "sha256": sha256})}})
        text += " " * (-len(text) % 8)
        return len(text).to_bytes(8, "little") + text.encode("ascii")

    return header(hashlib.sha256(header("0" * 64)).hexdigest()) + numbers


def raw(header, numbers=b"", length=None):
    """Write a file with any header text and any claim of its length."""
    return (len(header) if length is None else length).to_bytes(8, "little") + header + numbers


def same(one, other):
    return (
        one.keys() == other.keys()
        and all(one[name].dtype == other[name].dtype for name in one)
        and all(one[name].shape == other[name].shape for name in one)
        and all(one[name].tobytes() == other[name].tobytes() for name in one)
    )


def refused(data, message="the "):
    with pytest.raises(InvalidFileError, match=message) as error:
        read(data)
    assert len(str(error.value)) < 600
    assert "\n" not in str(error.value)


# What is put in comes out


def test_round_trip():
    content, arrays = read(sealed(FORM, CONTENT, ARRAYS))
    assert content == CONTENT
    assert same(arrays, ARRAYS)
    assert list(arrays) == list(ARRAYS)
    assert all(array.flags.aligned and array.flags.writeable for array in arrays.values())


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_.\[\]]{0,10}", fullmatch=True)
DTYPES = st.sampled_from([np.float32, np.float64, np.int64])
SHAPES = npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
SCALARS = st.none() | st.booleans() | st.integers(-(2**64) + 1, 2**64 - 1) | st.text()
JSON = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@examples
@given(
    st.dictionaries(NAMES, npst.arrays(DTYPES, SHAPES), max_size=5),
    st.dictionaries(st.text(), JSON, max_size=5),
)
def test_round_trip_of_anything(arrays, content):
    data = sealed(FORM, content, arrays)
    assert same(read(data)[1], arrays)
    assert read(data)[0] == content
    assert sealed(FORM, *read(data)) == data


def test_the_format_is_what_is_documented():
    entries = {
        "W[1]": {"dtype": "F64", "shape": [2, 2], "data_offsets": [0, 32]},
        "b[1]": {"dtype": "F32", "shape": [3], "data_offsets": [32, 44]},
        "steps": {"dtype": "I64", "shape": [2], "data_offsets": [44, 60]},
    }
    numbers = b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in ARRAYS.values())
    assert sealed(FORM, CONTENT, ARRAYS) == forged(entries, numbers, content=CONTENT)


def test_orders_of_memory_and_of_bytes_do_not_matter():
    matrix = np.arange(6.0).reshape(2, 3)
    plain = sealed(FORM, {}, {"W": matrix})
    for other in (np.asfortranarray(matrix), matrix.astype(">f8"), np.repeat(matrix, 2, axis=1)[:, ::2]):
        assert sealed(FORM, {}, {"W": other}) == plain


def test_the_safetensors_library_reads_our_files(tmp_path):
    (tmp_path / "a").write_bytes(
        sealed(FORM, CONTENT, {**ARRAYS, "one": np.array(7.0), "none": np.ones((0, 3))})
    )
    with safetensors.safe_open(tmp_path / "a", "numpy") as file:
        assert json.loads(file.metadata()["chainrule"])["content"] == CONTENT
        assert same({name: file.get_tensor(name) for name in ARRAYS}, ARRAYS)
        assert file.get_tensor("one") == 7
        assert file.get_tensor("none").shape == (0, 3)


def test_files_of_the_safetensors_library_are_refused():
    for metadata in (
        None,
        {},
        {"format": "pt"},
        {"chainrule": "1"},
        {"chainrule": '{"format":"chainrule-test"}'},
    ):
        refused(save_by_library({"W": np.ones(2)}, metadata), "not written by chainrule|altered")


@pytest.mark.parametrize("size", [0x280, 0x380, 0x480, 0x580, 0x5EC8])
def test_a_header_whose_length_looks_like_another_format_is_read(size):
    """Lengths whose bytes begin a pickle; the last one is like any other."""
    shortest = len(sealed(FORM, {"fill": ""}, {})) - 8
    content = {"fill": "x" * (size - shortest)}
    data = sealed(FORM, content, {})
    assert int.from_bytes(data[:8], "little") == size
    assert read(data)[0] == content


# What cannot be put in


@pytest.mark.parametrize(
    "array",
    [
        np.ones(2, complex),
        np.ones(2, np.longdouble),
        np.ones(2, np.int32),
        np.ones(2, bool),
        np.array(["a"]),
        np.array([None]),
    ],
    ids=lambda array: str(array.dtype),
)
def test_other_kinds_of_numbers_cannot_be_written(array):
    with pytest.raises(InvalidTypeError, match=f"the dtype of W was {array.dtype}; it may be float32"):
        sealed(FORM, {}, {"W": array})


@pytest.mark.parametrize("name", ["", "__metadata__", "W\n", "W 1", "ü", "a" * 101, "../W", "1"])
def test_other_names_cannot_be_written(name):
    with pytest.raises(InvalidValueError, match="the name of an array was"):
        sealed(FORM, {}, {name: np.ones(1)})


def test_what_lies_at_a_limit_is_written_and_read():
    content = {"a": nested(DEEPEST - 2), "seed": 2**64 - 1}
    arrays = {"W" * 100: np.ones((1,) * 8)}
    assert read(sealed(FORM, content, arrays))[0] == content
    with pytest.raises(InvalidValueError, match="more than 16 levels"):
        sealed(FORM, {"a": nested(DEEPEST - 1)}, {})
    with pytest.raises(InvalidValueError, match="the number of axes of W was 9; it may be up to 8"):
        sealed(FORM, {}, {"W": np.ones((1,) * 9)})
    longest = LARGEST_HEADER - len(sealed(FORM, {"text": ""}, {}))
    content = {"text": "x" * longest}
    assert read(sealed(FORM, content, {}))[0] == content
    many = {f"a{i}": np.ones(0) for i in range(MOST_TENSORS)}
    assert len(read(sealed(FORM, {}, many))[1]) == MOST_TENSORS


def test_too_many_tensors_cannot_be_written():
    with pytest.raises(InvalidValueError, match="the number of arrays was 10001"):
        sealed(FORM, {}, {f"a{i}": np.ones(1) for i in range(MOST_TENSORS + 1)})


def test_a_description_that_is_too_long_cannot_be_written():
    with pytest.raises(InvalidValueError, match=r"the description .* was .*at most 1,048,576"):
        sealed(FORM, {"text": "x" * LARGEST_HEADER}, {})


def nested(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (np.nan, InvalidValueError, "c.a was nan; it may be a finite number"),
        (-np.inf, InvalidValueError, "c.a was -inf"),
        (2**64, InvalidValueError, "c.a was beyond 64 bits"),
        (10**100, InvalidValueError, "c.a was beyond 64 bits"),
        ((1, 2), InvalidTypeError, r"c.a was \(1, 2\); it may be text, a number"),
        ([1, {2}], InvalidTypeError, r"c.a\[1\] was \{2\}"),
        ({"b": b"x"}, InvalidTypeError, "c.a.b was b'x'"),
        ({1: 2}, InvalidTypeError, "c.a had the name 1; a name may be text"),
        (np.float32(1), InvalidTypeError, "c.a was 1.0"),
        (np.int64(1), InvalidTypeError, "c.a was 1"),
        (print, InvalidTypeError, "c.a was <built-in function print>"),
        (nested(DEEPEST), InvalidValueError, "had more than 16 levels"),
    ],
)
def test_what_is_not_plain_json(value, error, message):
    with pytest.raises(error, match=message):
        require_plain("c", {"a": value})


def test_what_is_plain_json():
    require_plain("c", {"a": nested(DEEPEST - 1), "b": [True, None, -0.0, np.float64(1), {"": "\ud800"}]})


def test_a_value_that_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(InvalidValueError, match="more than 16 levels"):
        require_plain("c", endless)


# Damage


def test_every_cut_is_refused():
    data = sealed(FORM, CONTENT, ARRAYS)
    for size in range(len(data)):
        refused(data[:size])
        refused(data[size + 1 :])
    for more in (b"\0", b" ", data):
        refused(data + more, "followed by more")


def test_every_flipped_bit_is_refused():
    data = bytearray(sealed(FORM, {"a": 1.5}, {"W": np.ones((2, 1))}))
    for place in range(len(data)):
        for bit in range(8):
            data[place] ^= 1 << bit
            refused(bytes(data))
            data[place] ^= 1 << bit
    assert read(bytes(data))[0] == {"a": 1.5}


def test_every_byte_that_is_missing_doubled_or_swapped_is_refused():
    data = sealed(FORM, {"a": 1.5}, {"W": np.arange(3.0)})
    for i in range(len(data) - 1):
        for other in (
            data[:i] + data[i + 1 :],
            data[: i + 1] + data[i:],
            data[:i] + data[i + 1 : i - 1 : -1] + data[i + 2 :],
        ):
            if other != data:
                refused(other)


@examples
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_random_bytes_are_refused(first, then):
    refused(first + then)
    refused(raw(first, then))
    refused(raw(b"{" + first, then))


def test_a_stream_that_ends_early_is_refused():
    """As when somebody cuts the file while it is read."""
    data = sealed(FORM, CONTENT, ARRAYS)
    for size in range(0, len(data), 7):
        with pytest.raises(InvalidFileError, match="cut short while it was read"):
            read(data[:size], claimed=len(data))


def test_a_stream_that_gives_one_byte_at_a_time_is_read():
    class Slow(io.BytesIO):
        def readinto(self, buffer):
            return super().readinto(buffer[:1])

    data = sealed(FORM, CONTENT, ARRAYS)
    stream = Slow(data)
    header = read_header(stream, len(data), FORM)
    assert read_numbers(stream, header).tobytes() == data[-60:]


# Files made on purpose, with the right hashes


def entry(start=0, stop=16, shape=(2,), dtype="F64", **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, stop], **more}


def test_a_forged_file_can_be_a_good_one():
    assert read(forged({"W": entry()}, bytes(16)))[1]["W"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"W": entry(8, 24)}, r"the bytes of 'W' were \[8, 24\]; they may only be \[0, 16\]"),
        ({"W": entry(), "b": entry(8, 24)}, r"'b' were \[8, 24\]; they may only be \[16, 32\]"),
        ({"W": entry(), "b": entry(24, 40)}, r"'b' were \[24, 40\]"),
        ({"W": entry(), "b": entry()}, "'b' were"),
        ({"W": entry(0, 8)}, r"'W' were \[0, 8\]"),
        ({"W": entry(16, 0)}, "'W' were"),
        ({"W": entry(0, 2**62)}, "'W' were"),
        ({"W": entry(shape=(2**62,), stop=2**65)}, "beyond 64 bits"),
        ({"W": entry(shape=(2**40, 2**40))}, "a possible tensor"),
        ({"W": entry(shape=(2**62, 2**62, 0), stop=0)}, "a possible tensor"),
        ({"W": entry(-16, 0)}, "a possible tensor"),
        ({"W": entry(shape=(-2,))}, "a possible tensor"),
        ({"W": entry(shape=(-1, -2))}, "a possible tensor"),
        ({"W": entry(shape=(2.0,))}, "a possible tensor"),
        ({"W": entry(shape=(True, 2))}, "a possible tensor"),
        ({"W": entry(shape=[1] * 9, stop=8)}, "a possible tensor"),
        ({"W": entry(shape=("2",))}, "a possible tensor"),
        ({"W": entry(False, 16)}, "a possible tensor"),
        ({"W": entry(0.0, 16)}, "a possible tensor"),
        ({"W": entry(10**30, 10**30 + 16)}, "beyond 64 bits"),
        ({"W": {**entry(), "data_offsets": [0]}}, "a possible tensor"),
        ({"W": {**entry(), "data_offsets": [0, 16, 32]}}, "a possible tensor"),
        ({"W": {**entry(), "data_offsets": {"0": 16}}}, "a possible tensor"),
        ({"W": entry(dtype="F16")}, "a possible tensor of F32, F64, I64"),
        ({"W": entry(dtype="O")}, "a possible tensor"),
        ({"W": entry(dtype=["F64"])}, "a possible tensor"),
        ({"W": entry(object="os.system")}, "a possible tensor"),
        ({"W": {"dtype": "F64", "shape": [2]}}, "a possible tensor"),
        ({"W": None}, "a possible tensor"),
        ({"W": []}, "a possible tensor"),
        ({"../W": entry()}, "the name of a tensor was '../W'"),
        ({"": entry()}, "the name of a tensor was ''"),
        ({"W" * 1000: entry()}, "the name of a tensor was"),
        ({}, "followed by more"),
        ({"W": entry(shape=(3,), stop=24)}, "cut short"),
    ],
)
def test_impossible_tensors(entries, message):
    refused(forged(entries, bytes(16)), message)


@pytest.mark.parametrize(
    ("stamp", "message"),
    [
        ({"version": 2}, "the format version of the content was 2; it may be 1 to 1 .*newer chainrule"),
        ({"version": 0}, "altered"),
        ({"version": -1}, "altered"),
        ({"version": True}, "altered"),
        ({"version": 1.0}, "altered"),
        ({"version": "1"}, "altered"),
        ({"format": "chainrule-model"}, "the format of the content was 'chainrule-model'"),
        ({"format": 1}, "altered"),
        ({"content": []}, "altered"),
        ({"content": None}, "altered"),
        ({"numbers_sha256": "0" * 64}, "altered"),
        ({"numbers_sha256": 0}, "altered"),
        ({"more": 1}, "altered"),
    ],
)  # fmt: skip
def test_impossible_descriptions(stamp, message):
    refused(forged({"W": entry()}, bytes(16), **stamp), message)


def test_a_newer_version_may_have_changed_everything_else():
    stamp = {"format": FORM.name, "version": 7, "seal": "another one"}
    refused(forged({"W": "no such entry"}, stamp=stamp), "was 7; .*update this one to read it")


HOSTILE = {
    "empty": (b"{}              ", "not written by chainrule"),
    "a name twice": (b'{"__metadata__":{"a":"1","a":"2"}}', "the header had the name 'a' twice"),
    "a tensor twice": (b'{"W":{},"W":{}}  ', "the header had the name 'W' twice"),
    "NaN": (b'{"a":NaN}       ', "the header.a was nan"),
    "infinity": (b'{"a":1e999}     ', "the header.a was inf"),
    "5000 digits": (b'{"a":' + b"9" * 5000 + b"}", "the header was no JSON"),
    "65 bits": (b'{"a":18446744073709551616}', "beyond 64 bits"),
    "deep and open": (b"{" + b"[" * 100_000, "the header was no JSON"),
    "deep": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "the header was no JSON"),
    "17 levels": (b'{"a":' + b"[" * 17 + b"]" * 17 + b"}", "more than 16 levels"),
    "no UTF-8": (b'{"a":"\xff\xfe"}    ', "the header was no JSON"),
    "UTF-16": ('{"a":1}'.encode("utf-16-le"), "the header was no JSON"),
    "two values": (b'{"a":1}{"a":1}  ', "the header was no JSON"),
    "metadata is a list": (b'{"__metadata__":[]}', "not written by chainrule"),
    "description is a table": (b'{"__metadata__":{"chainrule":{}}}', "not written by chainrule"),
    "description is cut": (b'{"__metadata__":{"chainrule":"{"}}', "the description was no JSON"),
    "description is a list": (b'{"__metadata__":{"chainrule":"[]"}}', "altered"),
    "twice inside": (
        rb'{"__metadata__":{"chainrule":"{\"a\":1,\"a\":1}"}}',
        "the description had the name 'a' twice",
    ),
    "infinity inside": (rb'{"__metadata__":{"chainrule":"{\"a\":Infinity}"}}', "the description.a was inf"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json(name):
    header, message = HOSTILE[name]
    refused(raw(header), message)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(rb"\"content\"", rb"\"content\" "),
        lambda text: text.replace(rb"\"format\"", rb"\"\u0066ormat\""),
        lambda text: text[:-8] if text.endswith(b" " * 8) else text + b" " * 8,
        lambda text: text.replace(b'"shape":[2]', b'"shape":[2e0]'),
        lambda text: b"{ " + text[1:],
    ],
)
def test_another_spelling_of_the_same_is_refused(change):
    data = forged({"W": entry()}, bytes(16))
    assert change(data[8:-16]) != data[8:-16]
    refused(raw(change(data[8:-16]), bytes(16)))


def measured(data, size=None):
    """Return the seconds and the bytes of memory that refusing something takes."""
    stream = io.BytesIO(data)
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises((InvalidFileError, TooLargeError)) as error:
        read_numbers(stream, read_header(stream, size or len(data), FORM))
    seconds, (_, peak) = time.perf_counter() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(str(error.value)) < 600
    return seconds, peak


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (2**62, "claimed a header of 4,611,686,018,427,387,904 bytes; it may have at most 1,048,576"),
        (LARGEST_HEADER + 1, "claimed a header of 1,048,577 bytes"),
        (LARGEST_HEADER, "the content was cut: it was 29 bytes, and its header ends at 1,048,584"),
        (22, "the content was cut: it was 29 bytes, and its header ends at 30"),
        (21, "the header was no JSON"),
        (8, "the header was no JSON"),
        (7, "the content was cut: it was 29 bytes, and its header ends at 15"),
        (0, "the content was cut: it was 29 bytes, and its header ends at 8"),
    ],
)
def test_lengths_of_the_header_that_cannot_be(length, message):
    refused(raw(b"{" + b" " * 20, length=length), message)


PETABYTE = 2**50
OF_A_PETABYTE = forged({"W": entry(shape=(2**47,), stop=PETABYTE)})

CLAIMS = {
    "a header of 2^62 bytes": (raw(b"{", length=2**62), None),
    "a header of 2^64 bytes": (raw(b"{", length=2**64 - 1), None),
    "a header too long": (raw(b"{" + b" " * 20, length=LARGEST_HEADER + 1), 2**40),
    "a header longer than the file": (raw(b"{" + b" " * 20, length=LARGEST_HEADER), None),
    "a petabyte that is not there": (OF_A_PETABYTE + bytes(16), None),
    "a petabyte that the system says is there": (OF_A_PETABYTE, len(OF_A_PETABYTE) + PETABYTE),
    "many lists": (raw(b'{"a":[' + b"[]," * 340_000 + b"[]]}"), None),
    "many tables": (raw(b'{"a":[' + b"{}," * 340_000 + b"{}]}"), None),
    "many names": (raw(text_of({f"a{i}": 0 for i in range(70_000)}).encode()), None),
    "deep lists": (raw(b"{" + b"[" * 1_000_000), None),
    "deep lists inside": (raw(b'{"__metadata__":{"chainrule":"' + b"[" * 1_000_000 + b'"}}'), None),
    "a long name": (raw(b'{"' + b"a" * 1_000_000 + b'":1}'), None),
    "many tensors": (forged({f"a{i}": entry() for i in range(12_000)}), None),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_are_refused_at_once_and_in_little_memory(name):
    seconds, peak = measured(*CLAIMS[name])
    assert peak < 50_000_000
    assert seconds < 5  # some hundredths, but tracemalloc slows it down tenfold, and others work here too


def test_too_many_tensors_are_refused():
    with pytest.raises(InvalidFileError, match="the number of tensors was 10001"):
        tensors_in({f"a{i}": entry() for i in range(MOST_TENSORS + 1)})


@st.composite
def mutated(draw):
    """Return a good header with some of its values replaced, and the right hashes."""
    table = json.loads(text_of({"W": entry(), "b": entry(16, 32), "content": {"a": [1, {"b": 2}]}}))
    for _ in range(draw(st.integers(1, 3))):
        places, stack = [], [table]
        while stack:
            inner = stack.pop()
            for key in inner if isinstance(inner, dict) else range(len(inner)):
                places.append((inner, key))
                if isinstance(inner[key], dict | list):
                    stack.append(inner[key])
        inner, key = draw(st.sampled_from(places))
        inner[key] = draw(JSON | st.sampled_from([0, 1, 2, 8, 16, 32, "F32", "I64", -16, 2**62]))
    content = table.pop("content")
    return forged(table, bytes(32), content=content)


@examples
@given(mutated())
def test_a_mutated_header_is_refused_or_says_what_is_there(data):
    try:
        content, arrays = read(data)
    except InvalidFileError:
        return
    assert sealed(FORM, content, arrays) == data
    assert sum(array.nbytes for array in arrays.values()) == 32


# Other programs' files


class Bomb:
    """What a pickle does when it is opened."""

    def __reduce__(self):
        return os.abort, ()


def npz():
    buffer = io.BytesIO()
    np.savez(buffer, W=np.ones(3))
    return buffer.getvalue()


def npy():
    buffer = io.BytesIO()
    np.save(buffer, np.ones(3))
    return buffer.getvalue()


def keras():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("config.json", "{}")
    return buffer.getvalue()


FOREIGN = {
    **{f"pickle {p}": (pickle.dumps(Bomb(), protocol=p), "a pickle, which could") for p in range(2, 6)},
    "pickle 0": (pickle.dumps(np.ones(2), protocol=0), "a pickle"),
    "pickle 0 of a table": (pickle.dumps({"W": 1}, protocol=0), "a pickle"),
    "pickle 1 of a table": (pickle.dumps({"W": 1}, protocol=1), "a pickle"),
    "joblib": (pickle.dumps({"W": np.ones(2)}, protocol=5), "a pickle"),
    **{
        f"joblib {n}": (zlib.compress(pickle.dumps(Bomb()), n), "compressed, as joblib") for n in (1, 3, 6, 9)
    },
    "gzip": (gzip.compress(b"x" * 100, mtime=0), "compressed by gzip"),
    "bzip2": (bz2.compress(b"x" * 100), "compressed by bzip2"),
    "xz": (lzma.compress(b"x" * 100), "compressed by xz"),
    "lzma": (lzma.compress(b"x" * 100, lzma.FORMAT_ALONE), "compressed by lzma"),
    ".npz": (npz(), "a zip archive"),
    ".keras": (keras(), "a zip archive"),
    "empty zip": (b"PK\5\6" + bytes(18), "a zip archive"),
    ".npy": (npy(), "an array of NumPy"),
    ".h5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file"),
    ".mat": (b"MATLAB 5.0 MAT-file, Platform" + bytes(100), "a MATLAB file"),
    "text": (b"a,b,c\n1,2,3\n4,5,6\n", "no file that chainrule wrote"),
    "JSON": (b'{"W": [1, 2, 3]}', "no file that chainrule wrote"),
    "zeros": (bytes(1000), "no file that chainrule wrote"),
    "ones": (b"\xff" * 1000, "no file that chainrule wrote"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_files_of_other_programs_are_named_and_never_opened(name):
    data, message = FOREIGN[name]
    refused(data, message)
    refused(data[:12], message)


@pytest.mark.parametrize("signature", SIGNATURES)
def test_first_bytes_are_enough(signature):
    refused(signature, "was not opened")
    refused(signature + bytes(100), "was not opened")


# Files that cannot be read


def open_files():
    return len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0


def test_a_file_is_read_whole_and_closed(tmp_path):
    (tmp_path / "a").write_bytes(sealed(FORM, CONTENT, ARRAYS))
    (tmp_path / "link").symlink_to("a")
    before = open_files()
    for path in (tmp_path / "a", str(tmp_path / "link")):
        with opened(path) as (stream, size):
            assert read_header(stream, size, FORM).content == CONTENT
            assert open_files() == before + (before > 0)
        assert open_files() == before


def cannot_open(path, message):
    before = open_files()
    start = time.perf_counter()
    with pytest.raises(InvalidFileError, match=message) as error, opened(path) as (stream, size):
        read_header(stream, size, FORM)
    assert time.perf_counter() - start < 1
    assert open_files() == before
    assert repr(str(path))[1:-1] in str(error.value)


def test_what_is_no_readable_file(tmp_path, monkeypatch):
    (tmp_path / "empty").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "round").symlink_to("round")
    cannot_open(tmp_path / "nowhere", r"nowhere' cannot be read: No such file or directory$")
    cannot_open(tmp_path / "dangling", "cannot be read: No such file")
    cannot_open(tmp_path / "round", "cannot be read: Too many levels of symbolic links")
    cannot_open(tmp_path / "empty" / "a", "cannot be read: Not a directory")
    cannot_open(tmp_path, "was a folder; it may be a plain file")
    cannot_open(tmp_path / "empty", "^in '.*empty', the content was empty; it may be")
    cannot_open(tmp_path / ("a" * 300), "cannot be read: File name too long")
    with pytest.raises(InvalidFileError, match="without a NUL"), opened("a\0b"):
        pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipes_sockets_and_devices_do_not_hang(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    cannot_open(tmp_path / "pipe", "was a pipe; it may be a plain file")
    cannot_open("/dev/zero", "was a device; it may be a plain file")
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        cannot_open("socket", "cannot be read")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_really_unreadable_file(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "a").chmod(0)
    cannot_open(tmp_path / "a", "cannot be read: Permission denied")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_systems_that_fail(tmp_path, monkeypatch, number):
    (tmp_path / "a").write_bytes(sealed(FORM, CONTENT, ARRAYS))

    class FailingFile(io.FileIO):
        def readinto(self, buffer):
            raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(opened_module.io, "FileIO", FailingFile)
        cannot_open(tmp_path / "a", f"cannot be read: {os.strerror(number)}$")


def test_the_file_that_was_opened_is_the_one_that_is_read(tmp_path):
    one, other = (sealed(FORM, {"name": name}, {}) for name in ("one", "other"))
    (tmp_path / "a").write_bytes(one)
    with opened(tmp_path / "a") as (stream, size):
        (tmp_path / "b").write_bytes(other + b"longer")
        os.replace(tmp_path / "b", tmp_path / "a")
        assert read_header(stream, size, FORM).content == {"name": "one"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs files with holes")
def test_a_huge_file_with_a_hole_is_refused_at_once(tmp_path):
    with open(tmp_path / "a", "wb") as file:
        file.write(raw(b"{" + b" " * 100))
        file.truncate(2**40)
    cannot_open(tmp_path / "a", "the header was no JSON")
    with open(tmp_path / "b", "wb") as file:
        file.write(forged({"W": entry(shape=(2**40,), stop=2**43)}))
        size = file.tell()
        file.truncate(size + 2**43)
    with (
        pytest.raises(InvalidFileError, match="GiB of this machine"),
        opened(tmp_path / "b") as (stream, size),
    ):
        read_numbers(stream, read_header(stream, size, FORM))


def test_parsing_says_what_it_read():
    with pytest.raises(InvalidFileError, match=r"^the words was no JSON"):
        parsed("the words", "{")
