"""The front: one handle on a store, through which everything is asked and done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from os import PathLike, fspath
from types import TracebackType
from typing import Any, Self

from .. import _core
from ..table import Table
from ..testing import Store
from .customers import Customers
from .intake import Intake
from .interactions import Interactions
from .loyalty import Loyalty
from .marketing import Marketing
from .privacy import Privacy
from .scores import Scores
from .segments import Segments

Clock = Callable[[], datetime]


class FixedClock:
    """A clock that stands still until it is set: for tests, simulations and reports as of a date.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import crm_core
    >>> clock = crm_core.FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    >>> with crm_core.in_memory(clock=clock) as crm:
    ...     clock.set(datetime(2026, 3, 2, tzinfo=UTC))
    ...     print(crm.now())
    2026-03-02 00:00:00+00:00
    """

    __slots__ = ("_inner",)

    def __init__(self, now: datetime) -> None:
        self._inner = _core.FixedClock(now)

    def set(self, now: datetime) -> None:
        """Set the clock."""
        self._inner.set(now)

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self._inner.text())

    def __repr__(self) -> str:
        return f"FixedClock({self()!r})"


class Shared:
    """What all handles of an engine share."""

    __slots__ = ("engine", "name")

    def __init__(self, engine: _core.Engine, name: str) -> None:
        self.engine = engine
        self.name = name

    def __repr__(self) -> str:
        return self.name


class Crm:
    """A customer-relationship-management engine over one store.

    There is one handle for each room: `crm.customers`, `crm.interactions` and so on. They are attributes, since asking for
    one does nothing; in Rust the same handles are methods. An engine is a context manager that closes its store, and may
    be shared by threads.

    Attributes
    ----------
    customers : Customers
        Customers, their addresses, attributes and relationships.
    interactions : Interactions
        What happened.
    intake : Intake
        Files and tables in.
    privacy : Privacy
        What is allowed.
    marketing : Marketing
        Whom to contact, and what came of it.
    loyalty : Loyalty
        What members earned.
    segments : Segments
        Who belongs.
    scores : Scores
        How customers behave.

    Examples
    --------
    >>> import crm_core
    >>> from crm_core import NewCustomer
    >>> with crm_core.in_memory() as crm:
    ...     anna = crm.customers.create(NewCustomer.person("Anna Example"))
    ...     assert crm.customers.get(anna.id) == anna
    """

    __slots__ = (
        "_shared", "customers", "intake", "interactions", "loyalty", "marketing", "privacy", "scores", "segments",
    )  # fmt: skip

    def __init__(self, engine: _core.Engine, name: str) -> None:
        shared = Shared(engine, name)
        self._shared = shared
        self.customers = Customers(shared)
        self.interactions = Interactions(shared)
        self.intake = Intake(shared)
        self.privacy = Privacy(shared)
        self.marketing = Marketing(shared)
        self.loyalty = Loyalty(shared)
        self.segments = Segments(shared)
        self.scores = Scores(shared)

    def now(self) -> datetime:
        """The present instant, by this engine's clock."""
        return datetime.fromisoformat(self._shared.engine.now())

    def query(self, sql: str, values: Sequence[Any] = ()) -> Table:
        """Answer a query in SQL, which can read and not write.

        The file has a view for each kind of record and each stream of facts. Do not open the file of an open engine
        with another copy of SQLite in the same process: that breaks its locks.

        Parameters
        ----------
        sql
            The query; `?1`, `?2` stand for `values`.
        values
            `None`, whole numbers, floats, texts or bytes.

        Raises
        ------
        StoreError
            When the query is wrong, or the store knows no SQL.
        """
        return Table(self._shared.engine.query(sql, list(values)))

    def close(self) -> None:
        """Close the store. Whoever uses the engine afterwards gets a `StoreError`."""
        self._shared.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Crm over {self._shared.name}>"


def _clock(clock: FixedClock | Clock | None) -> _core.FixedClock | Clock | None:
    return clock._inner if isinstance(clock, FixedClock) else clock


def open(  # noqa: A001
    path: str | PathLike[str],
    *,
    clock: FixedClock | Clock | None = None,
    ids: int | None = None,
    address_key: bytes | None = None,
) -> Crm:
    """Open an engine over a file, which is created if there is none.

    Parameters
    ----------
    path
        The file, a SQLite database. `shop.db` is readable with the `sqlite3` shell when no engine has it open.
    clock
        Where the time is taken from: a `FixedClock`, or anything that gives a `datetime` with a zone. By default from
        the machine.
    ids
        A seed: ids are counted from it instead of drawn, so that a replay gives the same ids. For tests.
    address_key
        The secret of 32 random bytes under which barred addresses are remembered. Without it no address can be barred.

    Raises
    ------
    StoreError
        When the file is no store, is damaged, was written by a newer version, or cannot be opened.
    """
    engine = _core.Engine.open(fspath(path), clock=_clock(clock), ids=ids, address_key=address_key)
    return Crm(engine, repr(fspath(path)))


def in_memory(
    *,
    clock: FixedClock | Clock | None = None,
    ids: int | None = None,
    address_key: bytes | None = None,
) -> Crm:
    """Open an engine that keeps everything in the process and forgets it at the end. The arguments are those of `open`."""
    return Crm(_core.Engine.in_memory(clock=_clock(clock), ids=ids, address_key=address_key), "memory")


def over(
    store: Store,
    *,
    clock: FixedClock | Clock | None = None,
    ids: int | None = None,
    address_key: bytes | None = None,
) -> Crm:
    """Open an engine over a store of the host's own. The other arguments are those of `open`.

    `crm_core.testing.check_store` says whether the store keeps its promises.
    """
    engine = _core.Engine.over(store, clock=_clock(clock), ids=ids, address_key=address_key)
    return Crm(engine, repr(store))
