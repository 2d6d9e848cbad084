"""Whether a target is classes or a number: the rule, and what it says about its choice.

Text and booleans are classes; whole numbers are when they are few and each is there several times;
all else is a number. A table of ages has many whole numbers, one of digits has ten.
"""

from typing import TYPE_CHECKING

from chainrule.errors import InvalidValueError, sentence, shown, unknown_name
from chainrule.files.tables.category import MOST_CATEGORIES
from chainrule.files.tables.class_target import WHOLE_LABELS, Classes, Label
from chainrule.files.tables.column import BOOLEANS, NUMBERS, TEXT, Column
from chainrule.files.tables.disguise import refuse_disguise
from chainrule.files.tables.target_column import constant, target_column
from chainrule.files.tables.wording import described

if TYPE_CHECKING:
    import polars as pl

TASKS = ("auto", "class", "number")
MOST_WHOLE_NUMBERS = 20
FEWEST_ROWS_EACH = 3
EACH = f"whole numbers with {FEWEST_ROWS_EACH} rows or more each"


def classes_of(frame: "pl.DataFrame", targets: tuple[str, ...], task: str) -> tuple[Classes | None, str]:
    """Decide whether the targets of a table are classes.

    Parameters
    ----------
    frame : polars.DataFrame
        All rows, so that the choice does not hang on which of them are held out.
    targets : tuple of str
        Columns of it; several are always numbers.
    task : {"auto", "class", "number"}
        What a person said.

    Returns
    -------
    classes : Classes or None
        None for numbers.
    note : str
        What was chosen, and why.

    Raises
    ------
    UnknownNameError
        If there is no such task or column.
    InvalidTypeError, InvalidValueError
        If a target has missing or infinite values, is constant, is numbers or dates in disguise,
        or has too many classes.

    Examples
    --------
    >>> import polars as pl
    >>> frame = pl.DataFrame({"y": [-1, 1, 1, -1, -1, 1]})
    >>> classes_of(frame, ("y",), "auto")[0]
    Classes(name='y', labels=(-1, 1))
    """
    if task not in TASKS:
        raise unknown_name("task", task, TASKS)
    if len(targets) > 1:
        if task == "class":
            raise InvalidValueError(sentence("the number of targets of the task class", len(targets), "1"))
        return None, f"{len(targets)} targets are taken as numbers, as several always are"
    (name,) = targets
    column = target_column(frame, name)
    if column.kind == TEXT:
        refuse_disguise(column)
    why = why_classes(column) if task == "auto" else f"because the task is {task}"
    if task == "number" or (task == "auto" and not why):
        why = why or f"because it is not {MOST_WHOLE_NUMBERS} or fewer {EACH}"
        return None, f"the target {shown(name)} is taken as a number, {why}"
    labels = labels_of(column)
    if len(labels) < 2:
        raise constant(name, labels[0])
    return Classes(name, labels), f"the target {shown(name)} is taken as {len(labels):,} classes, {why}"


def why_classes(column: Column) -> str:
    """Return why a target is classes, empty if it is a number."""
    if column.kind == TEXT:
        return "because it is text"
    if column.kind == BOOLEANS:
        return "because it is true and false"
    found, values = column.numbers(), column.values
    if (found % 1).any() or values.n_unique() > MOST_WHOLE_NUMBERS:
        return ""
    if (values.value_counts().get_column("count") < FEWEST_ROWS_EACH).any():
        return ""
    return f"because it is {values.n_unique()} {EACH} (--task number takes it as a number)"


def labels_of(column: Column) -> tuple[Label, ...]:
    """Return the labels of a target, sorted; whole numbers as such even where they came as 1.0.

    Raises
    ------
    InvalidValueError
        If there are more than a network should have outputs.
    """
    if column.kind == NUMBERS:
        column.numbers()  # refuses infinity
    count = column.values.n_unique()
    if count > MOST_CATEGORIES:
        thing = f"the number of classes of the target {shown(column.name)}"
        raise InvalidValueError(described(thing, f"{count:,}", f"at most {MOST_CATEGORIES:,}"))
    found = sorted(column.values.unique().to_list())
    if all(isinstance(each, float) and each.is_integer() and abs(each) <= 2**53 for each in found):
        return tuple(int(each) for each in found)
    for each in found:
        if isinstance(each, int) and each not in WHOLE_LABELS:
            raise InvalidValueError(sentence(f"a class of {shown(column.name)}", each, "a number of 64 bits"))
    return tuple(found)
