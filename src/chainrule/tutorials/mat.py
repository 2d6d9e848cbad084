"""A network from a .mat file, in the form that the tutorial sadiya describes, and back into one."""

import os
from pathlib import Path

import numpy as np

from chainrule.errors import InvalidFileError, InvalidValueError, sentence
from chainrule.files.matlab import read_mat, write_mat
from chainrule.files.matlab_network import MatNetwork
from chainrule.model import Model
from chainrule.network.array import Array
from chainrule.network.layers import ActivationLike, Dense
from chainrule.network.losses import Loss
from chainrule.network.network import Network
from chainrule.network.optimizers import GradientDescent
from chainrule.network.parameters import Parameters
from chainrule.trace.naming import Naming
from chainrule.tutorials.preset import Preset


def preset_from_mat(
    path: str | os.PathLike[str],
    *,
    hidden: ActivationLike = "tanh",
    output: ActivationLike = "sigmoid",
    loss: str | Loss = "squared_error",
) -> Preset:
    """Return what a .mat file holds as a preset: sizes from its weights, rows from its inputs.

    Parameters
    ----------
    path : str or path
        The file: ``weights{k}``, ``biases{k}``, ``inputs``, ``targets``.
    hidden, output : str, Activation or pair of callables
        The activations, which the file does not say.
    loss : str or Loss
        The loss, likewise.

    Raises
    ------
    InvalidFileError, ShapeError, InvalidValueError
        When the file cannot be read, its weights do not chain, or it has no inputs or no targets.
    """
    given = read_mat(path)
    if given.inputs is None or given.targets is None:
        missing = "inputs" if given.inputs is None else "targets"
        raise InvalidFileError(sentence(f"the file {os.fspath(path)}", f"without {missing}", "one with both"))
    last = len(given.weights) - 1
    layers = [
        Dense(
            inputs,
            units,
            output if k == last else hidden,
            bias="none" if given.biases is None else "per_unit",
        )
        for k, (inputs, units) in enumerate(W.shape for W in given.weights)
    ]
    network = Network(layers, loss)
    parameters = Parameters.from_arrays(network, given.weights, given.biases, orientation="from_to")
    X, Y = np.array(given.inputs), np.array(given.targets)

    def rows() -> tuple[Array, Array]:
        return X, Y

    return Preset(
        id=Path(path).name,
        title=Path(path).name,
        network=network,
        parameters=parameters,
        X=X[:1],
        Y=Y[:1],
        training_rows=rows,
        optimizer=GradientDescent(0.001),
        epochs=1000,
        batch_size=1,
        naming=Naming(),
    )


def write_model(path: str | os.PathLike[str], model: Model, X: Array, Y: Array, *, overwrite: bool) -> None:
    """Write a model's weights and biases, with rows and targets, as a .mat file of that form.

    Raises
    ------
    InvalidValueError
        When a layer's bias is shared: the form has one for each unit.
    """
    weights, biases = model.parameters.to_arrays(orientation="from_to")
    if any(layer.bias == "shared" for layer in model.network.layers):
        raise InvalidValueError(sentence("a bias", "shared by a layer", "one for each unit in a .mat file"))
    with_biases = [bias for bias in biases if bias is not None]
    write_mat(
        path,
        MatNetwork(tuple(weights), tuple(with_biases) if with_biases else None, X, Y),
        overwrite=overwrite,
    )
