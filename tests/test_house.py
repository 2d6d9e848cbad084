"""The rules of the house, kept by machines."""

import ast
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import typer

import chainrule as cr
from chainrule.cli.main import app
from chainrule.network import activations, initializers, losses, optimizers
from chainrule.network.activations import ACTIVATIONS, Activation
from chainrule.network.formula import Quantity, evaluate, sqrt
from chainrule.network.initializers import INITIALIZERS
from chainrule.network.losses import LOSSES
from chainrule.network.optimizers import OPTIMIZERS
from chainrule.writers.text import text

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src" / "chainrule").rglob("*.py"))


def in_a_fresh_process(program: str):
    """Run a program in a new Python, and return what it prints as JSON on its last line."""
    ran = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout.splitlines()[-1])


# --- What is loaded ---

IMPORT = """
import json, os, sys, threading
touched = []
sys.addaudithook(lambda event, args: event.startswith(("socket", "subprocess", "os.", "shutil"))
                 and not event.startswith("os.listdir") and touched.append(event))
before = set(sys.modules)
import chainrule
dir(chainrule)
tasks = "/proc/self/task"
print(json.dumps({
    "loaded": sorted(set(sys.modules) - before),
    "touched": touched,
    "threads": threading.active_count(),
    "tasks": len(os.listdir(tasks)) if os.path.isdir(tasks) else 1,
}))
"""


@pytest.fixture(scope="module")
def fresh_import() -> dict:
    return in_a_fresh_process(IMPORT)


def test_importing_chainrule_loads_the_standard_library_only(fresh_import):
    packages = {name.partition(".")[0] for name in fresh_import["loaded"]} - {"chainrule"}
    assert packages <= set(sys.stdlib_module_names)
    assert [name for name in fresh_import["loaded"] if name.startswith("chainrule")] == ["chainrule"]


def test_importing_chainrule_starts_no_thread_and_no_process_and_opens_no_socket(fresh_import):
    assert fresh_import["threads"] == fresh_import["tasks"] == 1
    assert fresh_import["touched"] == []


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"], ["check", "--help"], ["--version"]])
def test_help_loads_neither_numpy_nor_rich(arguments):
    loaded = in_a_fresh_process(
        f"import json, sys\nfrom chainrule.cli import main\nassert main({arguments}) == 0\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert "typer" in loaded
    assert not {"numpy", "rich", "scipy"} & set(loaded)


def test_the_networks_room_never_loads_scipys_files():
    loaded = in_a_fresh_process(
        "import importlib, json, pkgutil, sys\nimport chainrule.network as room\n"
        "for each in pkgutil.iter_modules(room.__path__):\n"
        "    importlib.import_module('chainrule.network.' + each.name)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert "chainrule.network.activations" in loaded
    assert not [name for name in loaded if name == "scipy.io" or name.startswith("scipy.io.")]


def imported(source: Path) -> set[str]:
    """Return every module that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def test_numba_lives_in_the_engine_only():
    using = [
        path
        for path in SOURCES
        if any(name.split(".")[0] in ("numba", "llvmlite") for name in imported(path))
    ]
    places = {path.relative_to(ROOT / "src" / "chainrule").parts[0] for path in using}
    assert places == {"engine"}


def test_scipys_files_are_read_in_the_formats_of_the_room_files_only():
    using = [path for path in SOURCES if any(name.startswith("scipy.io") for name in imported(path))]
    places = {path.relative_to(ROOT / "src" / "chainrule").as_posix() for path in using}
    assert "files/matlab_format.py" in places
    assert [place for place in places if not re.fullmatch(r"files/.*_format\.py", place)] == []


def test_a_file_of_matlabs_is_read_by_another_process_than_this():
    loaded = in_a_fresh_process(
        "import json, sys\nfrom chainrule.tutorials import load\nX, Y = load('sadiya').training_rows()\n"
        "assert X.shape == (8, 2)\nprint(json.dumps(sorted(sys.modules)))"
    )
    assert not [name for name in loaded if name == "scipy.io" or name.startswith("scipy.io.")]


# --- Names ---

PUBLIC = [
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "ChainruleError",
    "Constant",
    "Cosine",
    "Data",
    "Dense",
    "Derivation",
    "Diagnosis",
    "DivergenceError",
    "FunctionCheck",
    "GradientCheck",
    "GradientDescent",
    "Gradients",
    "History",
    "Initializer",
    "InvalidFileError",
    "InvalidTypeError",
    "InvalidValueError",
    "InverseScaling",
    "LBFGS",
    "Loss",
    "Model",
    "Momentum",
    "Naming",
    "Network",
    "NumbersCheck",
    "OneCycle",
    "Parameters",
    "Penalty",
    "RMSprop",
    "Rounding",
    "ShapeError",
    "Step",
    "StepDecay",
    "TableModel",
    "Tape",
    "TooLargeError",
    "Trace",
    "UnknownNameError",
    "WarmUp",
    "assert_gradients",
    "assert_step",
    "backward",
    "check_directions",
    "check_function",
    "check_gradients",
    "check_numbers",
    "derive",
    "diagnose",
    "diagnose_numbers",
    "examine",
    "explain",
    "forward",
    "huber",
    "load",
    "loss",
    "notation",
    "pinball",
    "plots",
    "probe",
    "read_numbers",
    "read_trace",
    "read_worksheet",
    "to_mat",
    "to_npz",
    "to_onnx",
    "training_step",
    "tutorials",
    "worksheet",
]


def test_the_public_names_are_these():
    assert cr.__all__ == PUBLIC


@pytest.mark.parametrize("name", cr.__all__)
def test_every_public_name_is_there_and_listed(name):
    assert getattr(cr, name) is not None
    assert name in dir(cr)


def test_a_star_brings_the_public_names_and_no_other():
    brought: dict[str, object] = {}
    exec("from chainrule import *", brought)
    assert set(brought) - {"__builtins__"} == set(PUBLIC)


@pytest.mark.parametrize("name", ["Sigmoid", "np", "network_", "__wrapped__"])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"module 'chainrule' has no attribute '{name}'"):
        getattr(cr, name)


def test_the_version_is_that_of_the_package():
    from importlib.metadata import version

    assert cr.__version__ == version("chainrule")


DESIGNED = {
    "activations": (
        ACTIVATIONS,
        "identity sigmoid tanh relu leaky_relu elu selu gelu silu mish softplus softsign softmax",
    ),
    "losses": (
        LOSSES,
        "half_squared_error squared_error mean_squared_error half_mean_squared_error absolute_error huber"
        " pinball poisson cross_entropy binary_cross_entropy",
    ),
    "initializers": (
        INITIALIZERS,
        "zeros uniform normal glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal",
    ),
    "optimizers": (OPTIMIZERS, "gradient_descent momentum rmsprop adagrad adam adamw"),
}


@pytest.mark.parametrize(("table", "name"), [(t, n) for t in DESIGNED for n in DESIGNED[t][1].split()])
def test_every_name_of_the_design_is_in_its_table(table, name):
    assert DESIGNED[table][0][name].name == name


@pytest.mark.parametrize("rows", [ACTIVATIONS, LOSSES, INITIALIZERS, OPTIMIZERS])
def test_no_name_stands_for_two_rows(rows):
    names = [name for row in rows.values() for name in (row.name, *row.also)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("find", "other", "ours"),
    [
        (activations.activation, "logistic", "sigmoid"),
        (activations.activation, "linear", "identity"),
        (activations.activation, "swish", "silu"),
        (activations.activation, "Leaky-ReLU", "leaky_relu"),
        (losses.loss, "mse", "mean_squared_error"),
        (losses.loss, "sse", "squared_error"),
        (losses.loss, "bce", "binary_cross_entropy"),
        (losses.loss, "log_loss", "cross_entropy"),
        (initializers.initializer, "xavier_uniform", "glorot_uniform"),
        (initializers.initializer, "kaiming_normal", "he_normal"),
    ],
)
def test_another_common_name_is_answered_with_ours(find, other, ours):
    assert find(other).name == ours


def test_sgd_is_gradient_descent():
    assert optimizers.optimizer("sgd") == optimizers.optimizer("gradient_descent") == cr.GradientDescent()


# --- Documentation ---


def documented() -> Iterator[tuple[str, str | None]]:
    """Yield every public module, class, function and method under src/chainrule, with its docstring."""

    def inside(name: str, node: ast.AST) -> Iterator[tuple[str, str | None]]:
        yield name, ast.get_docstring(node)
        for child in node.body if isinstance(node, ast.Module | ast.ClassDef) else ():
            is_thing = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if is_thing and not child.name.startswith("_"):
                yield from inside(f"{name}.{child.name}", child)

    for path in SOURCES:
        module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        yield from inside(module, ast.parse(path.read_text("utf-8")))


DOCSTRINGS = dict(documented())


def test_the_search_finds_things_of_every_kind():
    assert {
        "chainrule",
        "chainrule.reference.equations",
        "chainrule.reference.equations.BP1",
        "chainrule.network.network.Network",
        "chainrule.network.network.Network.dense",
        "chainrule.network.network.Network.sizes",
        "chainrule.network.parameters.Parameters.W",
        "chainrule.model.Model.fit",
    } <= set(DOCSTRINGS)


def test_everything_public_has_a_docstring():
    assert [name for name, told in DOCSTRINGS.items() if not (told or "").strip()] == []


def test_every_docstring_begins_with_a_sentence():
    first = {name: (told or "").split("\n\n")[0].strip() for name, told in DOCSTRINGS.items()}
    assert [name for name, sentence in first.items() if not sentence.endswith((".", ":", "?"))] == []


FUNCTIONS = [name for name in cr.__all__ if inspect.isfunction(getattr(cr, name))]


def sections(function) -> dict[str, str]:
    """Return the numpydoc sections of a docstring: heading to text."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.getdoc(function), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_tells_its_parameters(name):
    function = getattr(cr, name)
    told = sections(function).get("Parameters", "")
    heads = ", ".join(re.findall(r"^(\S.*?) : ", told, flags=re.M)).replace("*", "").split(", ")
    assert [each for each in inspect.signature(function).parameters if each not in heads] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_has_an_example_that_runs(name):
    assert ">>> " in sections(getattr(cr, name)).get("Examples", "")


COMMANDS = typer.main.get_command(app).commands


def test_the_commands_are_these():
    assert {"tutorials", "explain", "fit", "train", "check"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_has_help(name):
    command = COMMANDS[name]
    assert command.help.strip()
    assert [each.name for each in command.params if not (each.help or "").strip()] == []


# --- Places ---


def files_of_the_repository() -> list[Path]:
    """Return every file that git knows or would take; without git, all but hidden ones and caches."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
        )
        names = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
        return [path for path in names if path.is_file()]
    hidden = re.compile(r"[/\\](\.|__pycache__)")
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden.search(str(path))]


def test_no_file_names_a_place_of_the_machine_it_was_made_on():
    places = [f"/{folder}/".encode() for folder in ("work", "root", "tmp", "home")]
    files = files_of_the_repository()
    assert Path(__file__) in files
    assert [path for path in files if any(place in path.read_bytes() for place in places)] == []


# --- To add an activation is to add a row ---

z = Quantity("z")
SQUAREPLUS = Activation(
    name="squareplus",
    formula=(z + sqrt(z**2 + 4)) / 2,
    slope=(1 + z / sqrt(z**2 + 4)) / 2,
    value=lambda z: (z + np.sqrt(z**2 + 4)) / 2,
    derivative=lambda z, a: (1 + z / np.sqrt(z**2 + 4)) / 2,
    also=("square_plus_root",),
    range=(0, np.inf),
    source="Barron 2021, Squareplus",
)
X, Y = [[0.5, -1.0], [0.25, 0.75]], [[0.2, 0.8], [0.7, 0.3]]


@pytest.fixture
def network(monkeypatch) -> cr.Network:
    """A network with an activation that was not there a moment ago."""
    monkeypatch.setitem(ACTIVATIONS, "squareplus", SQUAREPLUS)
    return cr.Network.dense([2, 3, 2], hidden="square-plus-root", output="squareplus")


def test_a_new_row_is_found_by_its_names(network):
    assert [layer.activation.name for layer in network.layers] == ["squareplus"] * 2
    with pytest.raises(cr.UnknownNameError, match="did you mean squareplus"):
        activations.activation("squarplus")


def test_a_new_row_runs_forwards_and_backwards(network):
    params = cr.Parameters.initial(network, seed=1)
    tape = cr.forward(network, params, X)
    hidden = np.array(X) @ params.W[1]
    np.testing.assert_allclose(tape.A[1], (hidden + np.sqrt(hidden**2 + 4)) / 2, rtol=1e-15)
    slope = (1 + tape.Z[2] / np.sqrt(tape.Z[2] ** 2 + 4)) / 2
    grads = cr.backward(network, params, tape, Y)
    np.testing.assert_allclose(grads.delta[2], (tape.A[2] - Y) * slope / 2, rtol=1e-14)


def test_a_new_row_passes_the_gradient_check_and_a_wrong_one_does_not(network, monkeypatch):
    assert cr.Model(network, seed=1).check_gradients(X, Y).passed
    wrong = Activation(**{**vars(SQUAREPLUS), "derivative": lambda z, a: a})
    monkeypatch.setitem(ACTIVATIONS, "squareplus", wrong)
    other = cr.Network.dense([2, 3, 2], hidden="squareplus")
    assert not cr.Model(other, seed=1).check_gradients(X, Y).passed


def test_a_new_row_is_traced_and_explained(network):
    trace = cr.Model(network, seed=1).trace(X, Y)
    for l in (1, 2):
        known = {"z": trace.array("Z", l)}
        np.testing.assert_allclose(evaluate(SQUAREPLUS.formula, known), trace.array("A", l), rtol=1e-15)
        np.testing.assert_allclose(evaluate(SQUAREPLUS.slope, known), trace.array("slope", l), rtol=1e-15)
    written = text(trace)
    assert "A[1][0,0] = (Z[1][0,0] + √(Z[1][0,0]² + 4)) / 2" in written
    assert "∂A[1][0,0]/∂Z[1][0,0] = (1 + Z[1][0,0] / √(Z[1][0,0]² + 4)) / 2" in written


def test_a_new_row_learns(network):
    model = cr.Model(network, seed=1)
    before = model.loss(X, Y)
    assert model.fit(X, Y, optimizer="adam", epochs=50, seed=0).loss(X, Y) < before
