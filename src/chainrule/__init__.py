"""Backpropagation you can see, check and trust, and run at full speed.

Importing this loads the standard library only; each name below brings in what it needs when it is
first used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "chainrule.errors": (
        "ChainruleError",
        "DivergenceError",
        "InvalidFileError",
        "InvalidTypeError",
        "InvalidValueError",
        "ShapeError",
        "TooLargeError",
        "UnknownNameError",
    ),
    "chainrule.check.asserting": ("assert_gradients", "assert_step"),
    "chainrule.check.diagnose": ("diagnose", "diagnose_numbers"),
    "chainrule.check.probe": ("probe",),
    "chainrule.check.student.examine": ("examine",),
    "chainrule.check.diagnosis": ("Diagnosis",),
    "chainrule.check.function": ("check_function",),
    "chainrule.check.gradients": ("GradientCheck", "check_directions", "check_gradients"),
    "chainrule.check.answers": ("read_numbers",),
    "chainrule.check.numbers": ("NumbersCheck", "check_numbers"),
    "chainrule.check.report": ("FunctionCheck",),
    "chainrule.export.to_mat": ("to_mat",),
    "chainrule.export.to_npz": ("to_npz",),
    "chainrule.export.to_onnx": ("to_onnx",),
    "chainrule.model": ("Model",),
    "chainrule.network.activations": ("Activation",),
    "chainrule.network.initializers": ("Initializer",),
    "chainrule.network.layers": ("Dense",),
    "chainrule.network.losses": ("Loss", "huber", "pinball"),
    "chainrule.network.network": ("Network",),
    "chainrule.network.optimizers": (
        "Adagrad",
        "Adam",
        "AdamW",
        "GradientDescent",
        "LBFGS",
        "Momentum",
        "RMSprop",
    ),
    "chainrule.network.parameters": ("Parameters",),
    "chainrule.network.penalties": ("Penalty",),
    "chainrule.network.schedules": (
        "Constant",
        "Cosine",
        "InverseScaling",
        "OneCycle",
        "StepDecay",
        "WarmUp",
    ),
    "chainrule.network.program": ("Data",),
    "chainrule.reference.backward": ("Gradients", "backward"),
    "chainrule.reference.forward": ("Tape", "forward", "loss"),
    "chainrule.reference.step": ("Step", "training_step"),
    "chainrule.tables.table_model": ("TableModel", "load"),
    "chainrule.trace.derive": ("Derivation", "derive"),
    "chainrule.trace.naming": ("Naming",),
    "chainrule.trace.notations": ("notation",),
    "chainrule.trace.rounding": ("Rounding",),
    "chainrule.trace.step": ("Trace",),
    "chainrule.train.history": ("History",),
    "chainrule.writers.explain": ("explain",),
    "chainrule.writers.worksheet": ("read_worksheet", "worksheet"),
    "chainrule.writers.json_trace": ("read_trace",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

_ROOMS = ("plots", "tutorials")

__all__ = [*sorted([*_HOME_OF, *_ROOMS])]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"chainrule.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
