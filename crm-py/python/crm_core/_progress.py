"""How far long work is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Callback: TypeAlias = Callable[[int, int | None], object]

CURRENT: ContextVar[Callback | None] = ContextVar("crm_core_progress", default=None)


@contextmanager
def progress(callback: Callback) -> Iterator[None]:
    r"""Tell a callback how far the calls in a block are.

    It is called with how much of the present step is done and how much there is in all, where that is known; a call has
    several steps, and each counts from 0. It is called on the thread that waits, at most fifty times a second. What it raises
    ends the work, and nothing that was not committed is written. Ctrl-C does the same without a callback.

    Examples
    --------
    >>> import crm_core
    >>> with crm_core.progress(lambda done, total: None), crm_core.in_memory() as crm:
    ...     imported = crm.intake.purchases(b"customer,date,amount\n7,2026-01-02,9.90\n", "currency=EUR")
    >>> imported.facts
    1
    """
    token = CURRENT.set(callback)
    try:
        yield
    finally:
        CURRENT.reset(token)
