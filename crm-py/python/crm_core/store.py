"""What a store keeps and is asked."""

from __future__ import annotations

from ._model import model


@model
class SourceRef:
    """Where a fact came from, in the words of its source. The pair makes the fact idempotent.

    Attributes
    ----------
    source : str
        The system that told us (`shop`, `till-7`).
    id : str
        The id that the system uses (an order number).
    """

    source: str
    id: str
