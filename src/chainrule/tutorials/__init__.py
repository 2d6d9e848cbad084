"""The five tutorials, the logic gates and two moons, ready to run: `load` one by its name.

Examples
--------
>>> import chainrule as cr
>>> jain = cr.tutorials.load("jain")
>>> print(jain.network)
2-2-2, sigmoid, half_squared_error, bias shared, b[1] frozen, b[2] frozen
>>> jain.model.predict(jain.X).round(9)
array([[0.75136507, 0.77292847]])
"""

from chainrule.tutorials.catalog import GATES, SETS, TUTORIALS, load
from chainrule.tutorials.preset import Preset
from chainrule.tutorials.tutorial import Tutorial

__all__ = ["GATES", "SETS", "TUTORIALS", "Preset", "Tutorial", "load"]
