"""Model files: a network, its parameters, and what else is needed to use them and to trust them.

The parameters are one tensor for each ``W[l]`` and each ``b[l]`` and not one flat theta: any
reader of safetensors then shows them by the names and shapes of the equations. They lie in the
order of theta, so that theta is read in one piece all the same.
"""

import os
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

import chainrule
from chainrule.errors import InvalidFileError, InvalidTypeError, ShapeError, sentence
from chainrule.files.atomic import write_atomically
from chainrule.files.opened import Stream, opened
from chainrule.files.plain_json import require_plain
from chainrule.files.sealed import Form, read_header, read_numbers, sealed
from chainrule.files.tensors import DTYPES, Tensor, in_a_row
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.description import describe, network_from
from chainrule.network.network import Network
from chainrule.network.parameters import Block, Layout, Parameters

MODEL = Form("chainrule-model", 1)
PRECISIONS = ("F32", "F64")
TABLES = ("encoder", "training", "provenance")


def versions() -> dict[str, str]:
    """Return the versions of what computes here, for `ModelFile.provenance`.

    Examples
    --------
    >>> sorted(versions())
    ['chainrule', 'numpy']
    """
    return {"chainrule": chainrule.__version__, "numpy": np.__version__}


@dataclass(frozen=True, eq=False)
class ModelFile:
    """What a model file holds.

    Parameters
    ----------
    network : Network
        Its activations, initializers and loss are ours, by name: a file never holds code.
    parameters : Parameters
        Of that network, float32 or float64, all finite.
    encoder : dict, optional
        How the columns of a table become numbers, in plain JSON; whoever made it checks what it
        means.
    training : dict
        How it was trained, in plain JSON: optimizer, epochs, seed, engine.
    provenance : dict
        What it comes from, in plain JSON: versions, and the SHA-256 of the data. No dates, no
        seconds and no paths, so that the same fit gives the same file.

    Raises
    ------
    ShapeError
        If the parameters are those of a network of other sizes.
    InvalidTypeError, InvalidValueError
        If something is of a kind that a file cannot hold, or a parameter is not finite.
    """

    network: Network
    parameters: Parameters
    encoder: dict[str, Any] | None = None
    training: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=versions)

    def __post_init__(self) -> None:
        if not isinstance(self.network, Network):
            raise InvalidTypeError(sentence("the network of a model file", self.network, "a Network"))
        if not isinstance(self.parameters, Parameters):
            raise InvalidTypeError(sentence("the parameters", self.parameters, "a Parameters"))
        layout, theta = self.parameters.layout, self.parameters.theta
        if layout.blocks != Layout(self.network).blocks:
            raise ShapeError(sentence("the network of the parameters", layout.network, f"{self.network}"))
        if theta.shape != (layout.size,):
            raise ShapeError(sentence("the shape of theta", theta.shape, f"({layout.size},)"))
        if theta.dtype not in (np.float32, np.float64):
            raise InvalidTypeError(sentence("the dtype of the parameters", theta.dtype, "float32 or float64"))
        for name, array in named_arrays(self.parameters).items():
            accept.refuse_nonfinite(name, array)
        for name in TABLES:
            value = getattr(self, name)
            if not isinstance(value, dict) and not (value is None and name == "encoder"):
                raise InvalidTypeError(sentence(name, value, "a table of names and values"))
            require_plain(name, value)


def save_model(path: str | os.PathLike[str], model: ModelFile, *, overwrite: bool = False) -> None:
    """Write a model file, whole or not at all.

    Parameters
    ----------
    path : str or path
        The file to write, by custom ``*.safetensors``.
    model : ModelFile
        What to write. The same content gives the same bytes, in every process.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InvalidValueError
        If the network has a function of the user's own, or the description is longer than 1 MB.
    InvalidFileError
        If the file cannot be written there, see `write_atomically`.
    OSError
        If the operating system fails, such as on a full disk; an old file is still there then.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> network = Network.dense([2, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "m.safetensors")
    ...     save_model(path, ModelFile(network, Parameters.initial(network)))
    ...     load_model(path).network == network
    True
    """
    content = {"network": describe(model.network), **{name: getattr(model, name) for name in TABLES}}
    write_atomically(path, sealed(MODEL, content, named_arrays(model.parameters)), overwrite=overwrite)


def load_model(path: str | os.PathLike[str]) -> ModelFile:
    """Read a model file, once all of it was checked; what is offered is never executed.

    Parameters
    ----------
    path : str or path
        A file that `save_model` wrote, in this version of chainrule or an earlier one.

    Raises
    ------
    InvalidFileError
        If it is anything else: missing, no plain file, another program's, cut, altered in one
        bit, newer, or not the numbers of the network that it describes.
    """
    with opened(path) as (stream, size):
        return model_in(stream, size)


def model_in(stream: Stream, size: int) -> ModelFile:
    """Read a model from a stream of `size` bytes; the sizes of all come before their memory."""
    header = read_header(stream, size, MODEL)
    content = dict(header.content)
    if set(content) != {"network", *TABLES}:
        may_be = f"network, {', '.join(TABLES)}"
        raise InvalidFileError(sentence("the description", ", ".join(sorted(content)), may_be))
    layout = Layout(network_from(content.pop("network")))
    dtype = DTYPES[require_numbers_of(layout, header.tensors)]
    theta = read_numbers(stream, header).view(dtype).astype(dtype.newbyteorder("="), copy=False)
    return ModelFile(layout.network, Parameters(layout, theta), **content)


def require_numbers_of(layout: Layout, tensors: tuple[Tensor, ...]) -> str:
    """Return the precision of the tensors, once they are exactly those of a network."""
    precision = tensors[0].dtype if tensors else ""
    if precision not in PRECISIONS:
        raise InvalidFileError(sentence("the precision of the numbers", precision, " or ".join(PRECISIONS)))
    blocks = named_blocks(layout)
    right = in_a_row((name, precision, block.shape) for name, block in blocks.items())
    if tensors != right:
        pairs = zip_longest(tensors, right)
        was, may_be = next((claim, own) for claim, own in pairs if claim != own)
        raise InvalidFileError(sentence(f"a tensor for {layout.network}", outline(was), outline(may_be)))
    return precision


def outline(tensor: Tensor | None) -> str:
    """Return a tensor's name, precision and shape, for an error."""
    return f"{tensor.name} {tensor.dtype} {tensor.shape}" if tensor else "none"


def named_blocks(layout: Layout) -> dict[str, Block]:
    """Return the blocks of theta that have entries, by the names of the equations."""
    return {f"{block.letter}[{block.layer}]": block for block in layout.blocks if block.stop > block.start}


def named_arrays(parameters: Parameters) -> dict[str, Array]:
    """Return the weights and biases by the names of the equations, in the order of theta.

    Examples
    --------
    >>> list(named_arrays(Parameters.initial(Network.dense([2, 3, 1], bias="none"))))
    ['W[1]', 'W[2]']
    """
    theta = parameters.theta
    return {
        name: theta[block.start : block.stop].reshape(block.shape)
        for name, block in named_blocks(parameters.layout).items()
    }
