"""Who belongs."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import datetime

from ..base import CustomerId, SegmentId
from ..segment import (
    Catalogue,
    ColumnsInfo,
    Diagnostic,
    Explanation,
    LiveSegments,
    Membership,
    MembershipChange,
    NextChange,
    Relation,
    Segment,
    SegmentDiff,
    SegmentVersion,
    SegmentView,
    SqlDialect,
    SqlText,
    Ticked,
    Trial,
    TrialAnswer,
    WhyNot,
)
from ._handle import Handle, Reads, reads

_SEGMENTID: Reads[SegmentId] = reads(SegmentId)
_CATALOGUE: Reads[Catalogue] = reads(Catalogue)
_LIST_DIAGNOSTIC: Reads[list[Diagnostic]] = reads(list[Diagnostic])
_SEGMENT: Reads[Segment] = reads(Segment)
_LIST_SEGMENT: Reads[list[Segment]] = reads(list[Segment])
_LIST_SEGMENTVERSION: Reads[list[SegmentVersion]] = reads(list[SegmentVersion])
_LIST_CUSTOMERID: Reads[list[CustomerId]] = reads(list[CustomerId])
_LIST_MEMBERSHIP: Reads[list[Membership]] = reads(list[Membership])
_EXPLANATION: Reads[Explanation] = reads(Explanation)
_LIST_EXPLANATION: Reads[list[Explanation]] = reads(list[Explanation])
_STR: Reads[str] = reads(str)
_WHYNOT: Reads[WhyNot] = reads(WhyNot)
_NEXTCHANGE: Reads[NextChange] = reads(NextChange)
_SEGMENTDIFF: Reads[SegmentDiff] = reads(SegmentDiff)
_RELATION: Reads[Relation] = reads(Relation)
_SQLTEXT: Reads[SqlText] = reads(SqlText)
_TRIALANSWER: Reads[TrialAnswer] = reads(TrialAnswer)
_COLUMNSINFO: Reads[ColumnsInfo] = reads(ColumnsInfo)
_COLUMNSINFO_OR_NONE: Reads[ColumnsInfo | None] = reads(ColumnsInfo | None)
_LIVESEGMENTS: Reads[LiveSegments] = reads(LiveSegments)
_TICKED: Reads[Ticked] = reads(Ticked)
_LIST_STR: Reads[list[str]] = reads(list[str])
_LIST_MEMBERSHIPCHANGE: Reads[list[MembershipChange]] = reads(list[MembershipChange])


class Segments(Handle):
    """Who belongs."""

    __slots__ = ()

    def id_of(self, name: str) -> SegmentId:
        """The id of the segment of a name."""
        return self._ask("segments.id_of", _SEGMENTID, name=name)

    def catalogue(self) -> Catalogue:
        """Everything that a segment can speak of."""
        return self._ask("segments.catalogue", _CATALOGUE)

    def check(self, text: str) -> builtins.list[Diagnostic]:
        """What is wrong with a definition, and what may be: errors and warnings, each with its place."""
        return self._ask("segments.check", _LIST_DIAGNOSTIC, text=text)

    def define(self, name: str, text: str) -> Segment:
        """Defines a segment, or gives it another definition. One that has not changed is left as it is.

        Raises
        ------
        CrmError
            `Segment` with the first thing that is wrong with the definition.
        """
        return self._ask("segments.define", _SEGMENT, name=name, text=text)

    def declare_events(self, names: Sequence[str]) -> None:
        """Makes names of interactions known to the language, so that segments can count them.

        A name that is known already is left as it is. What interactions of every name can have is declared by
        `declare_properties`.
        """
        self._do("segments.declare_events", names=names)

    def add_to_list(self, list: str, customers: Sequence[CustomerId]) -> None:
        """Puts customers on a static list. Those who are on it are left as they are.

        Whether somebody is on a list is asked by `list("name")` in the segment language, as of any instant; a list
        that nobody was ever put on is empty.

        Raises
        ------
        CrmError
            `NotFound` for an unknown customer; then nobody is put on the list.
        """
        self._do("segments.add_to_list", list=list, customers=customers)

    def remove_from_list(self, list: str, customers: Sequence[CustomerId]) -> None:
        """Takes customers off a static list. Those who are not on it are left as they are.

        Raises
        ------
        CrmError
            `NotFound` for an unknown customer; then nobody is taken off the list.
        """
        self._do("segments.remove_from_list", list=list, customers=customers)

    def list(self) -> builtins.list[Segment]:
        """All segments, by name."""
        return self._ask("segments.list", _LIST_SEGMENT)

    def get(self, name: str) -> Segment:
        """A segment.

        Raises
        ------
        CrmError
            `NotFound`.
        """
        return self._ask("segments.get", _SEGMENT, name=name)

    def versions(self, name: str) -> builtins.list[SegmentVersion]:
        """Every definition that a segment has had, the oldest first.

        To see who belonged by an earlier one, ask for those matching its text, as of then.

        Raises
        ------
        CrmError
            `NotFound`.
        """
        return self._ask("segments.versions", _LIST_SEGMENTVERSION, name=name)

    def members(self, name: str, view: SegmentView | None = None) -> builtins.list[CustomerId]:
        """The members of a segment, in the order of their ids. Customers who are put away belong to none."""
        return self._ask("segments.members", _LIST_CUSTOMERID, name=name, view=self._view(view))

    def matching(self, text: str, view: SegmentView | None = None) -> builtins.list[CustomerId]:
        """The customers for whom an expression is true."""
        return self._ask("segments.matching", _LIST_CUSTOMERID, text=text, view=self._view(view))

    def evaluate(self, segments: Sequence[Segment], view: SegmentView | None = None) -> builtins.list[Membership]:
        """The members of many segments, in one pass over the customers."""
        return self._ask("segments.evaluate", _LIST_MEMBERSHIP, segments=segments, view=self._view(view))

    def explain(self, name: str, customer: CustomerId, view: SegmentView | None = None) -> Explanation:
        """Why a customer is in a segment, or not."""
        return self._ask("segments.explain", _EXPLANATION, name=name, customer=customer, view=self._view(view))

    def explain_all(
        self, segments: Sequence[Segment], customer: CustomerId, view: SegmentView | None = None
    ) -> builtins.list[Explanation]:
        """Why a customer is in each of many segments, or not."""
        return self._ask(
            "segments.explain_all", _LIST_EXPLANATION, segments=segments, customer=customer, view=self._view(view)
        )

    def explain_in_words(self, name: str, customer: CustomerId, view: SegmentView | None = None) -> str:
        """Why a customer is in a segment, or not, in words: one condition per line, with the values it rests on."""
        return self._ask("segments.explain_in_words", _STR, name=name, customer=customer, view=self._view(view))

    def why_not(self, name: str, customer: CustomerId, view: SegmentView | None = None) -> WhyNot:
        """The smallest change that would make a customer join a segment, or leave it."""
        return self._ask("segments.why_not", _WHYNOT, name=name, customer=customer, view=self._view(view))

    def next_change(self, name: str, customer: CustomerId, view: SegmentView | None = None) -> NextChange:
        """When a customer joins or leaves a segment by the mere passing of time, if nothing is learned until then."""
        return self._ask("segments.next_change", _NEXTCHANGE, name=name, customer=customer, view=self._view(view))

    def diff(self, old_text: str, new_text: str, view: SegmentView | None = None) -> SegmentDiff:
        """Who would join and who would leave if a definition were replaced by another one."""
        return self._ask("segments.diff", _SEGMENTDIFF, old_text=old_text, new_text=new_text, view=self._view(view))

    def try_out(self, trial: Trial) -> TrialAnswer:
        """Evaluates an expression for a customer who is made up, with the catalogue and the segments of this engine.

        Raises
        ------
        CrmError
            `Segment` with the first thing that is wrong with the expression.
        """
        return self._ask("segments.try_out", _TRIALANSWER, trial=trial)

    def relation(self, one_text: str, other_text: str) -> Relation:
        """How the members of two expressions go together, whoever the customers are.

        Whether those of one are always among those of the other, and whether they can have any in common. Unknown
        where it cannot be told.

        Raises
        ------
        CrmError
            `Segment` with the first thing that is wrong with either.
        """
        return self._ask("segments.relation", _RELATION, one_text=one_text, other_text=other_text)

    def to_sql(self, text: str, view: SegmentView | None, dialect: SqlDialect) -> SqlText:
        """An expression as SQL: a query for the ids of its members at the instant of the view, or what cannot be said.

        The query expects a table `customer` with a row for each customer who counts (`id`, and a column for each
        field, without `customer.`), and a table `interaction` with a row for each event (`subject`, `name`, `at`,
        `amount`, `currency`, `points`, and a column for each other property). Instants are whole microseconds since
        1970, amounts minor units with the currency in a column of its own.

        Raises
        ------
        CrmError
            `Segment` with the first thing that is wrong with the expression.
        """
        return self._ask("segments.to_sql", _SQLTEXT, text=text, view=self._view(view), dialect=dialect)

    def load_columns(self, threads: int) -> ColumnsInfo:
        """Reads all customers and interactions into columns that stay in the process until they are dropped.

        From then on `members`, `matching`, `evaluate` and `diff` take from them what they can, on so many threads:
        segments that look only at fields of the customer's record and at interactions, seen from the present. The
        answers are the same. Before each use the columns take in what was written since.
        """
        return self._ask("segments.load_columns", _COLUMNSINFO, threads=threads)

    def drop_columns(self) -> None:
        """Drops the columns."""
        self._do("segments.drop_columns")

    def columns_info(self) -> ColumnsInfo | None:
        """What the columns hold, after they have taken in what was written; nothing when there are none."""
        return self._ask("segments.columns_info", _COLUMNSINFO_OR_NONE)

    def set_live(self, live: LiveSegments) -> None:
        """Says which segments are kept up to date, and from where they are looked at, and brings their members up to date.

        Those that are no longer named are left by everybody.

        From then on every change that is written through this engine updates the memberships at once: what was
        recorded, an attribute that was set, a definition that became another one. What time alone changes is
        noticed by `tick`. Each entry and exit is a fact of the stream `membership`, with its cause.

        Raises
        ------
        CrmError
            `NotFound` for a segment that is not defined; `Invalid` for one that compares a customer with everybody
            else (`rfm.*`, `value.*`): every purchase of somebody could change it for all.
        """
        self._do("segments.set_live", live=live)

    def live(self) -> LiveSegments:
        """The live segments."""
        return self._ask("segments.live", _LIVESEGMENTS)

    def tick(self, now: datetime) -> Ticked:
        """Brings the live segments up to an instant: first everything that was written, by whomever, then exactly those whose answers are due to change by then.

        Answers that rest on consent, reachability or points change by themselves at instants that nobody says; they
        are looked at again at every full hour.

        Raises
        ------
        CrmError
            `Invalid` for an instant in the future.
        """
        return self._ask("segments.tick", _TICKED, now=now)

    def memberships(self, customer: CustomerId) -> builtins.list[str]:
        """The live segments that a customer is in, by name."""
        return self._ask("segments.memberships", _LIST_STR, customer=customer)

    def live_members(self, name: str) -> builtins.list[CustomerId]:
        """The members of a live segment, in the order of their ids, as they are kept: nothing is evaluated."""
        return self._ask("segments.live_members", _LIST_CUSTOMERID, name=name)

    def membership_history(self, customer: CustomerId) -> builtins.list[MembershipChange]:
        """Every live segment that a customer has entered or left, the earliest first, with the cause."""
        return self._ask("segments.membership_history", _LIST_MEMBERSHIPCHANGE, customer=customer)

    def memberships_at(self, customer: CustomerId, at: datetime) -> builtins.list[str]:
        """The live segments that a customer was in at an instant."""
        return self._ask("segments.memberships_at", _LIST_STR, customer=customer, at=at)
