"""A state as the files that ``chainrule explain`` writes, byte for byte."""

from chainrule.errors import UnknownNameError, sentence
from chainrule.page.state import State
from chainrule.writers.explain import WRITERS, written
from chainrule.writers.options import Options

FILE = "step"  # what an exported file is called, before its suffix


def command_of(state: State) -> str:
    """Return the command that writes the same files, without where it writes.

    A step that a command can name is named; any other one is what its own JSON says, which is to be
    exported first.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.page.lesson import of_example
    >>> state = State.opened(of_example(cr.tutorials.load("jain")))
    >>> command_of(state), command_of(state.advanced(1))
    ('chainrule explain jain', 'chainrule explain step.json')
    """
    lesson = state.lesson
    if not (state.untouched and lesson.word):
        return f"chainrule explain {FILE}.json"
    return f"chainrule explain {lesson.word}{lesson.names.option(lesson.word)}"


def exported(state: State, suffix: str) -> bytes:
    """Return the file of a state.

    Parameters
    ----------
    state : State
        The state.
    suffix : str
        Of the file: one of those that `explain` writes.

    Raises
    ------
    UnknownNameError
        When no writer makes such a file.
    ChainruleError
        When the form cannot hold this step; the sentence says why.
    """
    if suffix not in WRITERS:
        raise UnknownNameError(sentence("the suffix of the file", suffix, ", ".join(WRITERS)))
    return written(state.trace, suffix, Options(origin={"command": command_of(state)}))
