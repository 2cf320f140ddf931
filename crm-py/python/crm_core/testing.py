"""For those who write a store of their own: the suite that certifies it.

A store is any object with the methods of `Store`. It keeps records, which change, and facts, which happened, and knows
nothing of customers. What it takes and gives is plain data: dictionaries, lists, texts, numbers and `uuid.UUID`, in the
form that the documentation of each method says; instants and dates are texts in ISO form. `MemoryStore` is the store of the
core in that shape: read what it answers, wrap it, or compare with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol
from uuid import UUID

from . import _core
from ._convert import decode
from ._core import MemoryStore
from ._model import model
from .errors import CrmError

__all__ = ["Check", "MemoryStore", "Report", "Store", "check_changes", "check_store"]


class Store(Protocol):
    """A place where records and facts are kept.

    The contract is that of the trait `Store` in Rust, and `check_store` puts a store through all of it. A store says no with
    the exceptions of `crm_core.errors`: `Conflict(fields={"clash": "version", ...})` for a broken precondition,
    `StoreError(code="store-malformed")` for a question that no store accepts, `NotImplementedError` for what it does not
    do. Any other exception comes back to the caller as the cause of a `StoreError`.
    """

    def info(self) -> dict[str, Any]:
        """`name`, `schema`, `registry` (the declarations so far), `seq`, `durable`, `filters`, `snapshots`."""
        ...

    def load(self, kind: str, ids: list[UUID]) -> list[dict[str, Any] | None]:
        """Records by id, in the order asked; `None` for those that do not exist."""
        ...

    def find(self, kind: str, keys: list[dict[str, Any]]) -> list[UUID | None]:
        """The records that have unique keys (`name`, `value`), in the order asked."""
        ...

    def scan(self, query: dict[str, Any]) -> dict[str, Any]:
        """A page (`items`, `next`, `filtered`) of the records of a kind, in the order of their ids."""
        ...

    def facts(self, query: dict[str, Any]) -> dict[str, Any]:
        """A page of facts."""
        ...

    def commit(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Write a change set, all or nothing; give a receipt."""
        ...

    def changes(self, after: int, limit: int) -> list[dict[str, Any]]:
        """The commits after a number, oldest first and without a gap."""
        ...

    def verify(self, scope: Any) -> dict[str, Any]:
        """Look for damage: `checked` and `problems`."""
        ...

    def lifecycle(self, step: Any) -> None:
        """Take a step: `"suspend"`, `"resume"`, `"scrub"`, `"close"` or `{"snapshot_to": path}`."""
        ...


@model
class Check:
    """One promise of the contract.

    Attributes
    ----------
    name : str
        A stable name: the part of the contract, a point, and the promise.
    outcome : str
        `passed`, `failed` or `skipped`.
    reason : str
        How it was seen that the promise is broken, or why the check was skipped.
    """

    name: str
    outcome: Literal["passed", "failed", "skipped"]
    reason: str = ""

    @classmethod
    def _decode(cls, data: Any) -> Check:
        outcome = data["outcome"]
        if isinstance(outcome, str):
            return cls(name=data["name"], outcome=decode(Literal["passed", "failed", "skipped"], outcome))
        ((word, reason),) = outcome.items()
        return cls(name=data["name"], outcome=word, reason=reason)


@model
class Report:
    """What the suite found, check by check.

    Attributes
    ----------
    store : str
        The store's own name.
    checks : tuple[Check, ...]
        Every check, in the order in which they ran.
    """

    store: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return not self.failures

    @property
    def failures(self) -> list[Check]:
        """The checks that failed."""
        return [one for one in self.checks if one.outcome == "failed"]


def check_changes(changes: dict[str, Any], registry: Any) -> Any:
    """Check the form of a change set, and give the registry as it is after it.

    Every store calls this when it commits, after it has looked for the change set's key among those that are committed,
    and before it checks any promise.

    Parameters
    ----------
    changes
        What a store is given to commit.
    registry
        The declarations so far; `[]` at the beginning.

    Raises
    ------
    StoreError
        `store-malformed`, naming the place and never the value.

    Examples
    --------
    >>> from crm_core.testing import check_changes
    >>> check_changes({"at": "2026-03-01T09:00:00Z", "key": None, "require": [], "changes": []}, [])
    []
    """
    return _core.check_changes(changes, registry)


def check_store(
    factory: Callable[[int], Store],
    *,
    seed: int = 1,
    cases: int = 20,
    steps: int = 40,
    threads: int = 4,
    rounds: int = 25,
    only: str | None = None,
) -> Report:
    """Put a store through the suite that certifies it.

    Parameters
    ----------
    factory
        Opens the store at a place: an empty one the first time, and then what is kept there. Places are numbers that mean
        nothing. A store that keeps nothing gives an empty one each time.
    seed, cases, steps
        Where random sequences of commits start, how many are compared with the store of the core, and how long they are.
    threads, rounds
        How many threads write at once, and how often each.
    only
        Only the checks whose names begin so.

    Raises
    ------
    CrmError
        With the first failures, when there are any.

    Examples
    --------
    >>> from crm_core.testing import MemoryStore, check_store
    >>> check_store(lambda place: MemoryStore(), only="keys.").passed
    True
    """
    options = {"seed": seed, "cases": cases, "steps": steps, "threads": threads, "rounds": rounds, "only": only}
    given = {name: value for name, value in options.items() if value is not None}
    report: Report = decode(Report, _core.check_store(factory, given))
    if not report.passed:
        shown = "; ".join(f"{one.name}: {one.reason}" for one in report.failures[:5])
        raise CrmError(f"{len(report.failures)} checks failed: {shown}", code="store-not-certified")
    return report
