"""The one door to polars, which is imported only when a table is at hand."""

from types import ModuleType

from chainrule.errors import ChainruleError


def polars() -> ModuleType:
    """Return polars.

    Raises
    ------
    ChainruleError
        If it is not installed, with the command that installs it.
    """
    try:
        import polars
    except ImportError:
        raise missing("polars") from None
    return polars


def missing(library: str) -> ChainruleError:
    """Build the error for a library that is not installed.

    Examples
    --------
    >>> print(missing("polars"))
    this table needs polars, which is not installed; install it with: pip install "chainrule[ml]"
    """
    return ChainruleError(
        f'this table needs {library}, which is not installed; install it with: pip install "chainrule[ml]"'
    )
