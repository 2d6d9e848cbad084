"""What a browser is shown of a state: every panel is drawn from one answer, which holds one trace."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chainrule.network.description import describe_optimizer
from chainrule.network.formula import Quantity
from chainrule.page.place import quantity_at
from chainrule.page.scene import Scene, scene_of
from chainrule.page.spoken import Spoken
from chainrule.page.state import State
from chainrule.page.why import why
from chainrule.trace.rounding import Rounding
from chainrule.trace.step import Trace
from chainrule.writers.layout import folded
from chainrule.writers.lights import lights, place_of
from chainrule.writers.options import Options

IN_PICTURE = 4  # digits in the picture, which has little room


@dataclass(frozen=True)
class Look:
    """How a reader wants to see numbers.

    Parameters
    ----------
    digits : int
        Significant digits, 1 to 17.
    by_hand : int, optional
        To how many decimals each result is rounded on the way, as by hand.
    """

    digits: int = 10
    by_hand: int | None = None


class View:
    """What a browser is shown of a state.

    Parameters
    ----------
    state : State
        Where the training stands.
    look : Look
        How the reader wants to see numbers.
    """

    def __init__(self, state: State, look: Look) -> None:
        self.state, self.look = state, look
        lesson = state.lesson
        self.scene: Scene = lesson.scenes.get(len(self.trace.start.data.X)) or self._new_scene()

    def _new_scene(self) -> Scene:
        """Return the scene, drawn once for every number of rows that a step can have."""
        scene = scene_of(self.state.trace, Options(digits=IN_PICTURE))
        self.state.lesson.scenes[len(self.trace.start.data.X)] = scene
        return scene

    @cached_property
    def trace(self) -> Trace:
        """The step, by hand where that was asked for."""
        exact = self.state.trace
        return exact if self.look.by_hand is None else exact.rounded(Rounding(decimals=self.look.by_hand))

    @cached_property
    def options(self) -> Options:
        """Digits of all panels but the picture."""
        return Options(self.look.digits).of(self.trace)

    @cached_property
    def of_picture(self) -> Options:
        """Digits of the picture."""
        return Options(min(IN_PICTURE, self.look.digits)).of(self.trace)

    def whole(self, chosen: str) -> dict[str, Any]:
        """Return everything that is shown of the state.

        Parameters
        ----------
        chosen : str
            The place of the number that is looked at; another one where the step has none there.
        """
        scene = self.scene
        return {
            **self.frame(chosen),
            "picture": scene.picture,
            "spoken": list(Spoken(self.trace, scene, self.of_picture).elements()),
            "groups": [
                {
                    "title": group.title,
                    "part": group.part,
                    "equation": group.equation,
                    "layer": group.layer,
                    "count": len(group.quantities),
                    "left_out": group.left_out,
                }
                for group in scene.groups
            ],
            "places": scene.places,
            "names": scene.names,
            "lights": scene.lights,
            "values": self._values(),
            "marks": [self.trace.marks.get(each, "") for each in scene.quantities],
            "about": self._about(),
        }

    def moving(self) -> dict[str, Any]:
        """Return what changes on the screen while a network learns: no eye could follow more."""
        state, trace = self.state, self.trace
        loss = trace.array("loss", trace.network.depth)
        return {
            "taken": state.taken,
            "epoch": state.taken / state.lesson.plan.steps_per_epoch,
            "loss": self.options.number(float(loss.ravel()[0])),
            "said": state.said,
            "in_picture": self._in_picture(),
        }

    def frame(self, chosen: str) -> dict[str, Any]:
        """Return what is shown of one number, and all that changes while a network learns."""
        trace, quantity = self.trace, self.chosen(chosen)
        quantity = quantity or self.scene.quantities[self.scene.first]
        return {
            **self.moving(),
            "chosen": place_of(quantity),
            "name": trace.name(quantity),
            "value": self.options.value(trace, quantity),
            "lit": " ".join(lights(trace.network, quantity)),
            "why": why(trace, quantity, self.options),
        }

    def chosen(self, place: str) -> Quantity | None:
        """Return the quantity at a place, or None where this step has none there."""
        try:
            return quantity_at(self.trace, place)
        except ValueError:
            return None

    def changed(self, before: "View") -> dict[str, tuple[str, str]]:
        """Return what the numbers that are others now were before, by their places: in full, and short."""
        return {
            place: (
                before.options.value(before.trace, quantity),
                before.of_picture.value(before.trace, quantity),
            )
            for place, quantity in zip(self.scene.places, self.scene.quantities, strict=True)
            if before.trace.value(quantity) != self.trace.value(quantity)
        }

    def _values(self) -> list[str]:
        """Return the numbers of all ticks, in their order."""
        return [self.options.value(self.trace, quantity) for quantity in self.scene.quantities]

    def _in_picture(self) -> dict[str, str]:
        """Return the numbers of the picture by their places, and the new weights that follow them."""
        return {
            place_of(quantity): self.of_picture.value(self.trace, quantity)
            for quantity in self.scene.in_picture
        }

    def _about(self) -> dict[str, Any]:
        """Return what is said of the network and of its steps."""
        lesson, trace = self.state.lesson, self.trace
        rows = len(trace.start.data.X)
        return {
            "title": lesson.title,
            "network": str(lesson.network),
            "sizes": list(lesson.network.sizes),
            "hidden": lesson.network.layers[0].activation.name,
            "output": lesson.network.layers[-1].activation.name,
            "loss": lesson.network.loss.name,
            "rule": str(lesson.optimizer),
            "optimizer": describe_optimizer(lesson.optimizer)["name"],
            "rate": f"{lesson.optimizer.learning_rate:g}",
            "batch": str(lesson.plan.batch_rows),
            "names": lesson.names.notation,
            "parameters": lesson.start.theta.size,
            "rows": len(lesson.data.X),
            "of_step": rows,
            "steps_per_epoch": lesson.plan.steps_per_epoch,
            "step": self._step_defined(rows),
            "ours": "; ".join(lesson.ours),
            "untouched": self.state.untouched,
            "folded": any(folded(lesson.network, l) for l in range(len(lesson.network.sizes))),
        }

    def _step_defined(self, rows: int) -> str:
        """Say what a step is here: the word means something else in every book."""
        plan = self.state.lesson.plan
        if plan.steps_per_epoch == 1:
            of = "the one row" if rows == 1 else f"all {rows:,} rows together"
        elif plan.batch_rows == 1:
            of = f"one row of {plan.rows:,}, another in each step"
        else:
            of = f"{rows:,} rows of {plan.rows:,}, others in each step"
        return f"One step is one forward pass, one backward pass and one update, from {of}."
