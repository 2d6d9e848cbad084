"""How things show themselves: what draws each kind of thing, by name, because it lives in a room above.

This is the one place where a lower room reaches up, and only when somebody looks.
"""

import sys
from functools import cache
from importlib import import_module

TEXT = {
    "Trace": "chainrule.writers.text:text",
    "Derivation": "chainrule.writers.derivation_text:text",
    "NumbersCheck": "chainrule.writers.numbers_text:text",
    "GradientCheck": "chainrule.check.text:in_our_names",
}
HTML = {
    "Trace": "chainrule.writers.html:fragment",
    "Network": "chainrule.writers.svg:svg",
    "History": "chainrule.plots.history_svg:history_html",
    "FunctionCheck": "chainrule.writers.check_html:function_check",
    "GradientCheck": "chainrule.writers.check_html:gradient_check",
    "NumbersCheck": "chainrule.writers.check_html:numbers_check",
}


class Drawn:
    """A thing that Jupyter shows as HTML."""

    def _repr_html_(self) -> str:
        return _called(HTML[type(self).__name__], self)


def as_text(thing: object) -> str:
    """Return a thing as text, in the words of its writer."""
    return _called(TEXT[type(thing).__name__], thing)


def _called(place: str, thing: object) -> str:
    """Call a function that is known by its module and its name."""
    module, name = place.split(":")
    return str(getattr(import_module(module), name)(thing))


@cache
def say_once(what: str) -> None:
    """Tell the user something on standard error, the first time only."""
    sys.stderr.write(f"chainrule: {what}\n")
