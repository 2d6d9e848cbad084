"""The one door to Matplotlib, which is imported only when something is drawn; no window, no global state."""

from typing import TYPE_CHECKING

from chainrule.errors import ChainruleError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = ("#2457a5", "#b5482a", "#3d7a4b", "#7a4d9b", "#8a6d1f", "#555b66")


def figure(width: float = 6.4, height: float = 4.0) -> "Figure":
    """Return an empty figure, its size in inches.

    Raises
    ------
    ChainruleError
        If Matplotlib is not installed, with the command that installs it.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ChainruleError(
            'a plot needs matplotlib, which is not installed; install it with: pip install "chainrule[plot]"'
        ) from None
    return Figure(figsize=(width, height), layout="constrained")
