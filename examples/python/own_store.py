"""A store of one's own, in plain Python: certified by the suite, and an engine on top of it.

It keeps the contract of every store (`crm_core.testing.Store`), forgets everything at the end, and is written to be read
rather than to be fast. What was committed is never changed, only replaced: readers need no lock.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import crm_core
from crm_core import Conflict, NewCustomer, StoreError
from crm_core.testing import check_changes, check_store

Data = dict[str, Any]
NAME = "plain-python"
MOST = 100_000


@dataclass
class Row:
    """A fact, the number of its commit, and its place among all facts."""

    fact: Data
    commit: int
    place: int

    def key(self, order: str) -> tuple[Any, ...]:
        """Where the fact stands in an order."""
        if order == "recorded":
            return (self.place,)
        return (
            self.fact["subject"],
            datetime.fromisoformat(self.fact["at"]),
            self.place,
        )


@dataclass
class Touch:
    """What a commit touched, and whose erasure removes it from the feed."""

    what: Data
    about: tuple[UUID | None, ...] = ()
    record: tuple[str, UUID] | None = None


@dataclass
class State:
    """All that is kept."""

    registry: Any = field(default_factory=list)
    records: dict[tuple[str, UUID], Data] = field(default_factory=dict)
    holders: dict[tuple[str, str, str], UUID] = field(default_factory=dict)
    rows: dict[tuple[str, UUID], Row] = field(default_factory=dict)
    places: int = 0
    erased: set[UUID] = field(default_factory=set)
    receipts: dict[str, Data] = field(default_factory=dict)
    log: list[tuple[str, list[Touch]]] = field(default_factory=list)

    def copy(self) -> State:
        """The same again, to be written into."""
        return State(
            self.registry,
            dict(self.records),
            dict(self.holders),
            dict(self.rows),
            self.places,
            set(self.erased),
            dict(self.receipts),
            list(self.log),
        )


def clash(name: str, /, **about: Any) -> Conflict:
    """The refusal of a commit."""
    return Conflict(fields={"clash": name, **about})


class Commit:
    """A change set being written into a state that nobody sees yet."""

    def __init__(self, state: State, at: str) -> None:
        self.state = state
        self.at = at
        self.seq = len(state.log) + 1
        self.records: dict[tuple[str, UUID], Touch] = {}
        self.facts: list[Touch] = []
        self.erased: list[UUID] = []
        self.removed: set[tuple[str, UUID]] = set()
        self.receipt: Data = {
            "seq": self.seq,
            "replayed": False,
            "appended": 0,
            "written": 0,
            "duplicates": [],
        }

    def hold(self, condition: Data) -> None:
        """See that a precondition is true."""
        ((name, what),) = condition.items()
        if name == "version":
            self.expect_version(what["kind"], what["id"], what["version"])
        elif name == "absent":
            self.expect_free(what["kind"], what["key"], None)
        else:
            stream, subject, since = what["stream"], what["subject"], what["since"]
            rows = (row for (at, _), row in self.state.rows.items() if at == stream)
            if any(row.fact["subject"] == subject and row.commit > since for row in rows):
                raise clash("changed", stream=stream, subject=subject, since=since)

    def expect_version(self, kind: str, id: UUID, expected: int) -> None:
        """The record is in this version; 0 means that it does not exist."""
        record = self.state.records.get((kind, id))
        found = record["version"] if record else 0
        if found != expected:
            raise clash("version", kind=kind, id=id, expected=expected, found=found)

    def expect_free(self, kind: str, key: Data, mine: UUID | None) -> None:
        """Nobody else has the unique key."""
        holder = self.state.holders.get((kind, key["name"], key["value"]))
        if holder is not None and holder != mine:
            raise clash("key_taken", kind=kind, key=key["name"], holder=holder)

    def expect_not_erased(self, subject: UUID | None) -> None:
        """The subject was not erased."""
        if subject in self.state.erased:
            raise clash("erased", subject=subject)

    def apply(self, change: Data) -> None:
        """Write one change."""
        ((name, what),) = change.items()
        if name == "put":
            self.put(what)
        elif name == "delete":
            self.delete(what["kind"], what["id"], what["version"])
        elif name == "append":
            self.append(what)
        elif name == "erase":
            self.erase(what["subject"])

    def put(self, record: Data) -> None:
        """Write a record whose version is one more than the present one."""
        kind, own, subject = record["kind"], record["id"], record["subject"]
        self.expect_not_erased(own)
        self.expect_not_erased(subject)
        self.expect_version(kind, own, record["version"] - 1)
        for key in record["keys"]:
            if key["unique"]:
                self.expect_free(kind, key, own)
        self.replace(kind, own, record)
        self.records[kind, own] = Touch({"put": {"kind": kind, "id": own}}, (own, subject), (kind, own))
        self.receipt["written"] += 1

    def delete(self, kind: str, id: UUID, version: int) -> None:
        """Remove a record."""
        self.expect_not_erased(id)
        self.expect_version(kind, id, version)
        before = self.replace(kind, id, None)
        subject = before["subject"] if before else None
        self.records[kind, id] = Touch({"deleted": {"kind": kind, "id": id}}, (id, subject), (kind, id))

    def replace(self, kind: str, id: UUID, record: Data | None) -> Data | None:
        """Put a record where another one may be, or remove that one, and give it."""
        before = self.state.records.pop((kind, id), None)
        for key in before["keys"] if before else []:
            if key["unique"]:
                del self.state.holders[kind, key["name"], key["value"]]
        if record:
            self.state.records[kind, id] = record
            for key in record["keys"]:
                if key["unique"]:
                    self.state.holders[kind, key["name"], key["value"]] = id
        return before

    def append(self, fact: Data) -> None:
        """Append a fact, or count one that is there already."""
        self.expect_not_erased(fact["subject"])
        stream, own = fact["stream"], fact["id"]
        known = self.state.rows.get((stream, own))
        if known:
            # It may be told again later: when it was first learned of is kept.
            if spelled({**fact, "recorded": known.fact["recorded"]}) != spelled(known.fact):
                raise clash("fact_differs", stream=stream, id=own)
            self.receipt["duplicates"].append(own)
            return
        self.state.rows[stream, own] = Row(fact, self.seq, self.state.places)
        self.state.places += 1
        self.facts.append(Touch({"appended": {"stream": stream, "id": own}}, (fact["subject"],)))
        self.receipt["appended"] += 1

    def erase(self, subject: UUID) -> None:
        """Remove all that is about a subject, for ever."""
        self.state.erased.add(subject)
        self.erased.append(subject)
        for (kind, own), record in list(self.state.records.items()):
            if subject in (own, record["subject"]):
                self.replace(kind, own, None)
                self.removed.add((kind, own))
        self.state.rows = {at: row for at, row in self.state.rows.items() if row.fact["subject"] != subject}
        self.records = {at: touch for at, touch in self.records.items() if not self.is_gone(touch)}
        self.facts = [touch for touch in self.facts if not self.is_gone(touch)]

    def is_gone(self, touch: Touch) -> bool:
        """Whether an erasure removes this from the feed."""
        return touch.record in self.removed or any(one in touch.about for one in self.erased)

    def finish(self, key: str | None, grown: Any) -> Data:
        """Write the feed and the receipt. Nothing can fail any more."""
        state = self.state
        if self.erased:
            state.log = [(at, [one for one in touched if not self.is_gone(one)]) for at, touched in state.log]
        before = {spelled(one["target"]): len(one["fields"]) for one in state.registry}
        more = [one["target"] for one in grown if len(one["fields"]) > before.get(spelled(one["target"]), -1)]
        touched = [Touch({"declared": target}) for target in more]
        touched += [*self.records.values(), *self.facts]
        touched += [Touch({"erased": {"subject": subject}}) for subject in dict.fromkeys(self.erased)]
        state.log.append((self.at, touched))
        state.registry = grown
        if key is not None:
            state.receipts[key] = {**self.receipt, "duplicates": []}
        return self.receipt


def spelled(data: Any) -> str:
    """What is equal is spelled equally: 1 and 1.0 are not."""
    return json.dumps(data, sort_keys=True, default=str)


def page(items: list[Any], limit: int, cursor: str) -> Data:
    """The first items, and where to go on when there are more. This store does not filter."""
    return {
        "items": items[:limit],
        "next": cursor if len(items) > limit else None,
        "filtered": False,
    }


def page_limit(query: Data) -> int:
    """How many items a page may hold."""
    limit: int = query["limit"]
    if limit < 1:
        raise StoreError(code="store-malformed", fields={"reason": "a page of no items"})
    return min(limit, MOST)


def read_cursor(cursor: str, order: str) -> tuple[Any, ...]:
    """The place that a page of the same order ended at."""
    try:
        name, *parts = json.loads(cursor)
        if name != order:
            raise ValueError
        if order == "id":
            return (UUID(parts[0]),)
        if order == "recorded":
            return (int(parts[0]),)
        return (UUID(parts[0]), datetime.fromisoformat(parts[1]), int(parts[2]))
    except (ValueError, TypeError, IndexError) as error:
        raise StoreError(code="store-malformed", fields={"reason": "not a cursor of this listing"}) from error


def measures(fact: Data) -> Data:
    """What is left of a fact when only its measures are asked for."""
    return {
        **fact,
        "id": UUID(int=0),
        "recorded": fact["at"],
        "source": None,
        "fields": {},
    }


class PlainStore:
    """The store."""

    def __init__(self) -> None:
        self._state = State()
        self._writer = threading.Lock()
        self._life = "open"

    def _open(self) -> State:
        if self._life != "open":
            raise StoreError(code="store-closed")
        return self._state

    def info(self) -> Data:
        """What the store is and can do."""
        state = self._open()
        about = {
            "name": NAME,
            "schema": 1,
            "registry": state.registry,
            "seq": len(state.log),
        }
        return {**about, "durable": False, "filters": False, "snapshots": False}

    def load(self, kind: str, ids: list[UUID]) -> list[Data | None]:
        """Records by id."""
        state = self._open()
        return [state.records.get((kind, one)) for one in ids]

    def find(self, kind: str, keys: list[Data]) -> list[UUID | None]:
        """Who holds unique keys."""
        state = self._open()
        return [state.holders.get((kind, key["name"], key["value"])) for key in keys]

    def scan(self, query: Data) -> Data:
        """A page of records, in the order of their ids."""
        state, limit, key = self._open(), page_limit(query), query["key"]
        subjects = query["subjects"]
        after = read_cursor(query["cursor"], "id") if query["cursor"] is not None else ()
        found = [
            record
            for (kind, own), record in state.records.items()
            if kind == query["kind"]
            and (subjects is None or record["subject"] in subjects)
            and (
                key is None or any((one["name"], one["value"]) == (key["name"], key["value"]) for one in record["keys"])
            )
            and (own,) > after
        ]
        found.sort(key=lambda record: record["id"])
        return page(
            found,
            limit,
            json.dumps(["id", str(found[limit - 1]["id"])]) if len(found) > limit else "",
        )

    def facts(self, query: Data) -> Data:
        """A page of facts."""
        state, limit, order = self._open(), page_limit(query), query["order"]
        after = read_cursor(query["cursor"], order) if query["cursor"] is not None else None
        start, end = (datetime.fromisoformat(query["window"][side]) for side in ("start", "end"))
        known = datetime.fromisoformat(query["known"]) if query["known"] else None

        def wanted(row: Row) -> bool:
            fact = row.fact
            return (
                (query["subjects"] is None or fact["subject"] in query["subjects"])
                and (query["ids"] is None or fact["id"] in query["ids"])
                and (not query["names"] or fact["name"] in query["names"])
                and start <= datetime.fromisoformat(fact["at"]) < end
                and (known is None or datetime.fromisoformat(fact["recorded"]) <= known)
                and (after is None or (row.key(order) < after if order == "newest" else row.key(order) > after))
            )

        rows = [row for (stream, _), row in state.rows.items() if stream == query["stream"] and wanted(row)]
        rows.sort(key=lambda row: row.key(order), reverse=order == "newest")
        items = [row.fact if query["fields"] == "all" else measures(row.fact) for row in rows]
        last = [order, *map(str, rows[limit - 1].key(order))] if len(rows) > limit else []
        return page(items, limit, json.dumps(last))

    def commit(self, changes: Data) -> Data:
        """Write a change set: all of it or nothing."""
        with self._writer:
            state, key = self._open(), changes["key"]
            if key in state.receipts:
                return {**state.receipts[key], "replayed": True}
            grown = check_changes(changes, state.registry)
            commit = Commit(state.copy(), changes["at"])
            for condition in changes["require"]:
                commit.hold(condition)
            for change in changes["changes"]:
                commit.apply(change)
            receipt = commit.finish(key, grown)
            self._state = commit.state
            return receipt

    def changes(self, after: int, limit: int) -> list[Data]:
        """The commits after a number."""
        state, most = self._open(), page_limit({"limit": limit})
        entries = list(enumerate(state.log, 1))[after : after + most]
        return [{"seq": seq, "at": at, "touched": [one.what for one in touched]} for seq, (at, touched) in entries]

    def verify(self, scope: Any) -> Data:
        """Nothing here can be damaged; it only counts."""
        state = self._open()
        if scope not in ("quick", "full"):
            raise NotImplementedError
        return {"checked": len(state.records) + len(state.rows), "problems": []}

    def lifecycle(self, step: Any) -> None:
        """Suspend, resume or close."""
        with self._writer:
            if step == "close":
                self._life = "closed"
            elif self._life == "closed":
                raise StoreError(code="store-closed")
            elif step in ("suspend", "resume"):
                self._life = "suspended" if step == "suspend" else "open"
            else:
                self._open()
                if step != "scrub":
                    raise NotImplementedError


def main() -> None:
    """Certify the store, and use it."""
    report = check_store(lambda _: PlainStore(), cases=5)
    counts = {
        outcome: sum(one.outcome == outcome for one in report.checks) for outcome in ("passed", "skipped", "failed")
    }
    print(report.store, counts)

    with crm_core.over(PlainStore()) as crm:
        anna = crm.customers.create(NewCustomer.person("Anna Example"))
        print(crm.customers.get(anna.id) == anna)


if __name__ == "__main__":
    main()
