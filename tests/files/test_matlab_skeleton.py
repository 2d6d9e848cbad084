"""The skeleton is read as MATLAB wrote it, and no further than it was asked for."""

import io
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from chainrule.errors import InvalidFileError
from chainrule.files.matlab_format import byte_order
from chainrule.files.matlab_skeleton import elements, sound_content, variables

FROM_MATLAB = Path(scipy.io.__file__).parent / "matlab" / "tests" / "data"


def written_by_matlab():
    """Files of version 5 to 7.2 that MATLAB wrote, which most installations of SciPy bring along."""
    functions = [FROM_MATLAB / name for name in ("parabola.mat", "some_functions.mat", "sqr.mat")]
    for path in sorted([*FROM_MATLAB.glob("test*.mat"), *filter(Path.exists, functions)]):
        data = path.read_bytes()
        try:
            yield pytest.param(data, byte_order(data), id=path.stem)
        except InvalidFileError:
            continue


def plain(value, as_shown):
    """Say whether SciPy finds real numbers; logical shows in one of its two ways, complex in the other."""
    arrays = type(value) is type(as_shown) is np.ndarray
    return arrays and value.dtype.kind in "fiu" and as_shown.dtype.kind in "fiu"


@pytest.mark.parametrize(("data", "order"), [*written_by_matlab()])
@pytest.mark.filterwarnings("ignore:Casting complex values")
def test_variables_of_files_from_matlab(data, order):
    found = variables(data, order)
    stored, shown = (scipy.io.loadmat(io.BytesIO(data), mat_dtype=as_shown) for as_shown in (False, True))
    for name, element in found.items():
        value, as_shown = (loaded.pop(name or "__function_workspace__") for loaded in (stored, shown))
        if type(value) is np.ndarray and value.dtype == object:
            expected = all(map(plain, value.flat, as_shown.flat))
        else:
            expected = plain(value, as_shown)
        try:
            sound_content(name, element, order, may_be_cells=True)
        except InvalidFileError:
            assert not expected
        else:
            assert expected
    assert stored.keys() == {"__header__", "__version__", "__globals__"}  # no variable was missed


def test_elements_small_and_padded():
    small = struct.pack("<HH4s", 1, 2, b"W1")
    padded = struct.pack("<II", 9, 3) + b"abc" + bytes(5)
    packed = struct.pack("<II", 15, 3) + b"xyz"  # compressed variables are not padded
    found = list(elements(memoryview(small + padded + packed + padded), "<", "it"))
    assert [(kind, bytes(content)) for kind, content in found] == [
        (1, b"W1"),
        (9, b"abc"),
        (15, b"xyz"),
        (9, b"abc"),
    ]


@pytest.mark.parametrize("length", [1, 7, 9, 10])
def test_elements_cut_off(length):
    cut = memoryview(struct.pack("<II", 9, 3) + b"abc" + bytes(5))[:length]
    with pytest.raises(InvalidFileError, match=r"^it was damaged or cut off; it may be whole"):
        list(elements(cut, "<", "it"))


def test_names_are_found_without_inflating_the_variables():
    flags = struct.pack("<IIII", 6, 8, 6, 0)
    dimensions = struct.pack("<IIii", 5, 8, 1 << 27, 1)
    name = struct.pack("<HH4s", 1, 4, b"huge")
    numbers = struct.pack("<II", 9, 1 << 30)
    packer = zlib.compressobj(1)
    packed = packer.compress(struct.pack("<II", 14, 48 + (1 << 30)) + flags + dimensions + name + numbers)
    packed += b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    data = bytes(128) + (struct.pack("<II", 15, len(packed)) + packed)
    start = time.perf_counter()
    assert list(variables(data, "<")) == ["huge"]
    assert time.perf_counter() - start < 0.02  # 64 MB take longer
