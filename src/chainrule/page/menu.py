"""What a page can be opened with: the tutorials, the gates, two moons, a network of one's own sizes."""

from dataclasses import replace
from itertools import pairwise

from chainrule.errors import InvalidValueError, TooLargeError, Words, sentence
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.description import describe_optimizer
from chainrule.network.layers import ActivationLike, Dense
from chainrule.network.losses import LOSSES
from chainrule.network.network import Network
from chainrule.network.optimizers import OPTIMIZERS, Optimizer, optimizer
from chainrule.network.parameters import Layout, Parameters
from chainrule.network.program import Data
from chainrule.page.asked import Asked
from chainrule.page.lesson import Lesson, of_example, of_training
from chainrule.page.names import Names
from chainrule.trace.notations import NOTATIONS
from chainrule.tutorials.catalog import GATES, NAMES, SETS, TUTORIALS, load
from chainrule.tutorials.own import drawn_parameters, drawn_row

MOST_PARAMETERS = 20_000_000  # of a network that is shown: more would not answer at once
MOST_LAYERS = 30
FIRST = "jain"
EXAMPLES = [
    *((name, f"{name}: {load(name).title}") for name in TUTORIALS),
    *((name, f"the gate {name}") for name in GATES),
    *((name, name.replace("-", " ")) for name in SETS),
]
CHOICES = {
    "examples": EXAMPLES,
    "activations": [row.name for row in ACTIVATIONS.values()],
    "losses": [row.name for row in LOSSES.values()],
    "optimizers": [row.name for row in OPTIMIZERS.values()],
    "notations": list(NOTATIONS),
}


def opened(word: str) -> Lesson:
    """Return the lesson that a word on the command line or an entry of the menu stands for.

    Raises
    ------
    UnknownNameError
        When there is none of that name; the nearest one is given.

    Examples
    --------
    >>> opened("two-moons").batch, opened("jain").batch
    (10, 1)
    """
    preset = load(word)
    return of_training(preset, preset.batch_size) if preset.id in SETS else of_example(preset)


def knows(word: str) -> bool:
    """Return whether a word stands for an entry of the menu."""
    name = word.lower().removeprefix("tutorial:").removeprefix("gate:")
    return name in NAMES


def changed(lesson: Lesson, asked: Asked) -> Lesson:
    """Return a lesson with another network or way to learn, as far as they were asked for.

    Where the new network has the inputs and outputs of the old one, the rows stay; else new ones are
    drawn. The weights are drawn anew where the sizes are others, from the seed that was asked for.

    Parameters
    ----------
    lesson : Lesson
        What there was.
    asked : Asked
        `sizes` ("2-3-1"), `hidden`, `output`, `loss`, `optimizer`, `rate`, `batch`, `names`, `seed`.

    Raises
    ------
    ChainruleError
        When something asked for is unknown, too large, or has no meaning beside the rest.
    """
    if any(asked.has(name) for name in ("sizes", "hidden", "output", "loss", "seed")):
        lesson = _with_network(lesson, _network(lesson.network, asked), asked)
    if asked.has("optimizer") or asked.has("rate"):
        lesson = replace(lesson, optimizer=_optimizer(lesson.optimizer, asked), word="", scenes={})
    if asked.has("batch"):
        rows = len(lesson.data.X)
        batch = asked.whole("batch", 1, rows)
        word = lesson.word if batch == lesson.batch else ""
        lesson = replace(lesson, batch=batch, shuffle=batch < rows, word=word, scenes={})
    return lesson.named(asked.text("names")) if asked.has("names") else lesson


def of_sizes(text: str) -> list[int]:
    """Return the sizes of a network as somebody types them: "2-3-1" or "2,3,1".

    Examples
    --------
    >>> of_sizes("2 - 3 - 1")
    [2, 3, 1]
    """
    words = text.replace(",", "-").replace(" ", "").split("-")
    whole = all(word.isdecimal() and len(word) <= 8 and int(word) for word in words)
    if not whole or not 2 <= len(words) <= MOST_LAYERS + 1:
        may_be = f"2 to {MOST_LAYERS + 1} whole numbers above 0, such as 2-3-1"
        raise InvalidValueError(sentence("the sizes", text, may_be))
    sizes = list(map(int, words))
    parameters = sum((inputs + 1) * units for inputs, units in pairwise(sizes))
    if parameters > MOST_PARAMETERS:
        thing, may_be = f"the number of parameters of {text}", f"at most {MOST_PARAMETERS:,} on the page"
        raise TooLargeError(sentence(thing, Words(f"{parameters:,}"), may_be))
    return sizes


def _network(old: Network, asked: Asked) -> Network:
    """Return a network in which what was asked for is other than in the old one."""
    sizes = of_sizes(asked.text("sizes")) if asked.has("sizes") else old.sizes
    output: ActivationLike = asked.text("output") if asked.has("output") else old.layers[-1].activation
    usual: ActivationLike = old.layers[0].activation if old.depth > 1 else "sigmoid"
    hidden = asked.text("hidden") if asked.has("hidden") else usual
    kinds = [*[hidden] * (len(sizes) - 2), output]
    like = old.layers if len(sizes) == len(old.sizes) else [old.layers[0]] * (len(sizes) - 1)
    layers = [
        Dense(*ends, kind, bias=layer.bias, train_weights=layer.train_weights, train_bias=layer.train_bias)
        for ends, kind, layer in zip(pairwise(sizes), kinds, like, strict=True)
    ]
    return Network(layers, asked.text("loss") if asked.has("loss") else old.loss)


def _with_network(lesson: Lesson, network: Network, asked: Asked) -> Lesson:
    """Return a lesson with another network; rows and weights stay where they still fit."""
    seed = asked.whole("seed", 0, 2**32) if asked.has("seed") else 0
    same_sizes, ends = network.sizes == lesson.network.sizes, (network.sizes[0], network.sizes[-1])
    same_rows = ends == (lesson.network.sizes[0], lesson.network.sizes[-1])
    if same_sizes and not asked.has("seed"):
        start = Parameters(Layout(network), lesson.start.theta)
    else:
        start = drawn_parameters(network, seed)
    changed = replace(lesson, network=network, start=start, word="", marks={}, ours=(), scenes={})
    if same_rows:
        return replace(changed, data=Data.of(network, *lesson.data))
    return replace(
        changed,
        title=f"One step of a {'-'.join(map(str, network.sizes))} network",
        data=Data.of(network, *drawn_row(network, seed)),
        batch=1,
        shuffle=False,
        names=Names(lesson.names.notation),
    )


def _optimizer(old: Optimizer, asked: Asked) -> Optimizer:
    """Return an update rule with the rate that was asked for; a new rule has its own."""
    name = asked.text("optimizer") if asked.has("optimizer") else describe_optimizer(old)["name"]
    new = optimizer(name)
    rule = old if type(new) is type(old) else new
    return replace(rule, learning_rate=asked.number("rate")) if asked.has("rate") else rule
