"""``chainrule audit``: every number, formula and claim that a tutorial prints, with a verdict."""

import typer


def audit(
    name: str = typer.Argument(
        metavar="ID", help="A tutorial: jain, dustbunny, general-purpose, sadiya or kumar."
    ),
    plain: bool = typer.Option(False, "--ascii", help="Keep to ASCII."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Judge what a tutorial prints.

    Every number, formula and claim of a tutorial beside what its own network gives, with a verdict that is
    found by computation: exact, rounded, misprinted and so on.
    """
    from chainrule.cli.say import say, say_json
    from chainrule.errors import InvalidValueError, sentence
    from chainrule.tutorials import TUTORIALS, Tutorial, load
    from chainrule.writers.formula_text import in_ascii

    tutorial = load(name)
    if not isinstance(tutorial, Tutorial):
        raise InvalidValueError(sentence("what was to be audited", name, ", ".join(TUTORIALS)))
    found = tutorial.audit()
    if as_json:
        say_json(found.as_dict())
        return
    text = str(found)
    say("\n".join(map(in_ascii, text.split("\n"))) if plain else text, end="")
