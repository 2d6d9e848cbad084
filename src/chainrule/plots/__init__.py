"""Pictures of a training or a model, each by one call; Matplotlib draws them.

Examples
--------
>>> import chainrule as cr
>>> xor = cr.tutorials.load("xor")
>>> model = xor.trained()
>>> cr.plots.loss(model.history).savefig("loss.png")  # doctest: +SKIP
"""

from chainrule.plots.boundary import boundary
from chainrule.plots.loss import loss
from chainrule.plots.weights import weights

__all__ = ["boundary", "loss", "weights"]
