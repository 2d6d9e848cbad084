"""Checkpoints: a training written to a folder between two steps, and taken up again to the bit."""

import hashlib
import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import InvalidFileError, InvalidTypeError, sentence
from chainrule.files.checkpoint import CheckpointFolder
from chainrule.network.array import Array
from chainrule.network.optimizers import LBFGS
from chainrule.network.program import Data, State, Told
from chainrule.train.training import Training

SECONDS_BETWEEN = 5.0


class Checkpoints:
    """A look that writes a training to a folder now and then.

    When it writes has no influence on what is learned. The folder is in use until `close`.

    Parameters
    ----------
    path : str or path
        The folder; it is made if it is not there.
    training : Training
        The training; where the folder holds a checkpoint of the same one, it goes on from there.
    seconds : float
        How long to wait between two checkpoints at least.

    Attributes
    ----------
    note : str
        What was unusual about the checkpoint it went on from; empty if nothing was.

    Raises
    ------
    InvalidFileError
        When the folder holds a checkpoint of another training, or is in use by another process.
    InvalidTypeError
        When the training is by L-BFGS, whose search cannot be taken up in its middle.
    """

    def __init__(
        self, path: str | os.PathLike[str], training: Training, *, seconds: float = SECONDS_BETWEEN
    ) -> None:
        if isinstance(training.optimizer, LBFGS):
            raise InvalidTypeError(
                sentence("the optimizer", training.optimizer, "one that takes single steps")
            )
        self.folder, self.seconds, self.note = CheckpointFolder(path), seconds, ""
        self.settings = settings_of(training)  # once: a hash of all rows is part of it
        self.written = time.monotonic()
        try:
            if self.folder.generations:
                found = self.folder.load_latest()
                require_same(self.settings, found.state)
                take_up(training, found.arrays, found.state)
                self.note = found.note
        except BaseException:
            self.close()
            raise

    def __call__(self, training: Training) -> None:
        """Write a checkpoint when it is time for one."""
        if time.monotonic() - self.written >= self.seconds:
            self.write(training)

    def write(self, training: Training) -> None:
        """Write a checkpoint now."""
        self.folder.save(arrays_of(training), {"settings": self.settings, **state_of(training)})
        self.written = time.monotonic()

    def close(self) -> None:
        """Leave the folder to others."""
        self.folder.close()


def settings_of(training: Training) -> dict[str, str]:
    """Return what makes a training the one it is: what must be the same when it is taken up."""
    validation = training.validation
    return {
        "network": repr(training.parameters.layout.network),
        "precision": str(training.parameters.theta.dtype),
        "plan": repr(training.plan),
        "optimizer": repr(training.optimizer),
        "penalty": repr(training.penalty),
        "seed": str(training.state.seed),
        "engine": training.history.engine,
        "data": hash_of(training.data),
        "validation": "none" if validation is None else hash_of(validation.data),
    }


def hash_of(data: Data) -> str:
    """Return a SHA-256 of rows, targets and weights."""
    found = hashlib.sha256()
    for array in data:
        found.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def state_of(training: Training) -> dict[str, Any]:
    """Return the small part of a checkpoint, in plain data."""
    validation = training.validation
    return {
        "step": training.state.step,
        "best_epoch": 0 if validation is None else validation.best_epoch,
    }


def arrays_of(training: Training) -> dict[str, Array]:
    """Return the arrays of a checkpoint."""
    history, validation = training.history, training.validation
    arrays = {
        "theta": training.state.theta,
        "losses": history.step_loss,
        "gradient_norms": history.step_gradient_norm,
        "clock": np.array(history.clock, dtype=np.float64),
        **{f"slot.{name}": slot for name, slot in training.state.slots.items()},
    }
    if validation is not None and validation.best_theta is not None:
        arrays |= {
            "best_theta": validation.best_theta,
            "validation_losses": np.array(validation.losses),
            "validation_values": np.array(validation.values),
        }
    return arrays


def require_same(settings: Mapping[str, str], state: Mapping[str, Any]) -> None:
    """Raise InvalidFileError when a checkpoint is that of another training; what differs is named."""
    found = state.get("settings", {})
    for name, value in settings.items():
        if found.get(name) != value:
            thing = f"the {name} of the checkpoint"
            raise InvalidFileError(sentence(thing, found.get(name), f"that of this training, {value}"))


def take_up(training: Training, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
    """Put a training where a checkpoint of it stood."""
    slots = {name.removeprefix("slot."): each for name, each in arrays.items() if name.startswith("slot.")}
    training.state = State(arrays["theta"], slots, int(state["step"]), training.state.seed)
    training.history.told = [Told(arrays["losses"], arrays["gradient_norms"])]
    training.history.clock = [(int(step), float(seconds)) for step, seconds in arrays["clock"]]
    validation = training.validation
    if validation is not None and "best_theta" in arrays:
        validation.best_theta, validation.best_epoch = arrays["best_theta"], int(state["best_epoch"])
        validation.losses = arrays["validation_losses"].tolist()
        validation.values = arrays["validation_values"].tolist()
