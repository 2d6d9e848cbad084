"""Tables: a file with named columns, and the encoder that makes numbers of it and back.

Three steps: `read_table` reads and checks a source; `fit_encoder` decides what every column is and
learns from the training rows how it becomes numbers; the `Encoder` then turns any table with these
columns into arrays, and a network's outputs into labels or numbers in their own units.
"""

from chainrule.files.tables.encoder import Encoder
from chainrule.files.tables.fit import fit_encoder, target_classes
from chainrule.files.tables.read import read_table
from chainrule.files.tables.table import Table

__all__ = ["Encoder", "Table", "fit_encoder", "read_table", "target_classes"]
