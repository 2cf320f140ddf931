"""The front: `Crm` and one small handle for each room."""

from ._engine import Crm, FixedClock, in_memory, open, over
from .customers import Customers
from .intake import Intake
from .interactions import Interactions
from .loyalty import Loyalty
from .marketing import Marketing
from .privacy import Privacy
from .scores import Scores
from .segments import Segments

__all__ = [
    "Crm",
    "Customers",
    "FixedClock",
    "Intake",
    "Interactions",
    "Loyalty",
    "Marketing",
    "Privacy",
    "Scores",
    "Segments",
    "in_memory",
    "open",
    "over",
]
