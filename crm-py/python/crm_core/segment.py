"""Who belongs: segments, where they are looked at from, and why somebody is in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeAlias

from ._core import Money
from ._model import Personal, Word, model
from .base import (
    AsOf,
    CustomerId,
    DataClass,
    Fields,
    Id,
    Missing,
    ProgrammeId,
    SegmentId,
    Value,
    ValueType,
    Window,
)


@model
class TextSpan:
    """A range of bytes in the text of an expression.

    Attributes
    ----------
    start : int
        The first byte.
    end : int
        The byte after the last.
    """

    start: int
    end: int


@model
class Diagnostic:
    """One finding about an expression.

    Its words name fields, types and units. They never repeat a text of the expression, which may be personal data.

    Attributes
    ----------
    code : str
        The stable code (`E0103`), listed in `docs/segment-language.md`. `E` are errors, `W` warnings.
    span : TextSpan
        Where it is.
    message : str
        What is wrong.
    expected : str | None
        What would be right here.
    found : str | None
        What is here.
    suggestion : str | None
        What may have been meant, or what to write instead.
    """

    code: str
    span: TextSpan
    message: str
    expected: str | None = None
    found: str | None = None
    suggestion: str | None = None


@model
class Param:
    """An argument of a field.

    Attributes
    ----------
    name : str
        What it is called in messages.
    values : Sequence[str]
        The only values that it can have; empty when any name will do.
    """

    name: str
    values: Sequence[str]


@model
class Field:
    """A field that has a value for each customer, or a property of an event.

    Every room contributes the fields it can answer for; so may the host. The language knows no more of a field than
    what stands here.

    Attributes
    ----------
    name : str
        Its name (`purchases.count`), unique in the catalogue.
    value_type : ValueType
        The type of its values.
    unit : str | None
        The unit of a number (`days`), or the currency of all amounts (`EUR`).
    missing : Missing
        What its absence means.
    class_ : DataClass
        What sort of data it is, in the eyes of data-protection law.
    params : Sequence[Param]
        The arguments that must be given (`points("main")`); empty for an ordinary field.
    values : Sequence[str]
        The only values that a text can have; empty when any text will do.
    fed_by : Sequence[str]
        The streams whose facts can change it; empty when only records do.
    moves : bool
        Whether it can change as time goes by, without any new data (a score that fades, a permit that expires).
    deprecated : str | None
        The field to be used instead, if this one is on its way out.
    doc : str
        One sentence for those who write segments.
    """

    name: str
    value_type: ValueType
    unit: str | None = None
    missing: Missing
    class_: DataClass
    params: Sequence[Param]
    values: Sequence[str]
    fed_by: Sequence[str]
    moves: bool
    deprecated: str | None = None
    doc: str


@model
class Event:
    """Something that happens to customers, again and again.

    Attributes
    ----------
    name : str
        Its name: that of the facts.
    stream : str
        The stream of the facts.
    facts : str | None
        What the facts are called, where that is another name.
    properties : Sequence[Field]
        What is known of each, beside the properties that all have.
    doc : str
        One sentence for those who write segments.
    """

    name: str
    stream: str
    properties: Sequence[Field]
    doc: str
    facts: str | None = None


@model
class ObservedValue:
    """A value that was seen.

    Attributes
    ----------
    value : Personal[Value]
        What the variant holds.
    """

    _tag: ClassVar[str] = "value"
    _bare: ClassVar[bool] = True
    value: Personal[Value]


@model
class ObservedBetween:
    """One between these two, both included.

    Attributes
    ----------
    value : tuple[Personal[Value], Personal[Value]]
        What the variant holds.
    """

    _tag: ClassVar[str] = "between"
    _bare: ClassVar[bool] = True
    value: tuple[Personal[Value], Personal[Value]]


Observed: TypeAlias = Literal["missing", "uncertain"] | ObservedValue | ObservedBetween
"""A value, as far as it is known."""


@model
class Evidence:
    """What the answer to a question about one operand rests on.

    Attributes
    ----------
    condition : str
        The question as text.
    value : Observed
        The value of the operand.
    limits : Sequence[Observed]
        The values that it was compared with.
    window : Window | None
        The window that was looked at, if there was one.
    facts : Sequence[Id]
        The latest of the facts that a measure rests on, at most `MAX_FACTS`, newest first.
    fact_count : int
        How many facts it rests on.
    """

    condition: str
    value: Observed
    limits: Sequence[Observed]
    window: Window | None = None
    facts: Sequence[Id]
    fact_count: int


@model
class StepAtLeast:
    """Whether so many conditions hold at least.

    Attributes
    ----------
    value : int
        What the variant holds.
    """

    _tag: ClassVar[str] = "at_least"
    _bare: ClassVar[bool] = True
    value: int


@model
class StepSegment:
    """Whether the customer belongs to another segment; see `segments`.

    Attributes
    ----------
    value : str
        What the variant holds.
    """

    _tag: ClassVar[str] = "segment"
    _bare: ClassVar[bool] = True
    value: str


@model
class StepTest:
    """A question about one operand.

    Attributes
    ----------
    value : Evidence
        What the variant holds.
    """

    _tag: ClassVar[str] = "test"
    _bare: ClassVar[bool] = True
    value: Evidence


Step: TypeAlias = Literal["all", "any", "not", "known", "constant"] | StepAtLeast | StepSegment | StepTest
"""What was asked."""


class Truth(Word):
    """The answer to a condition in Kleene's logic. Only what is `True` belongs to a segment.

    The order is that of truth: a conjunction is as true as the least true of its parts, a disjunction as the most
    true.
    """

    FALSE = "false"
    """It is not so."""
    UNKNOWN = "unknown"
    """Nobody knows."""
    TRUE = "true"
    """It is so."""


@model
class Proof:
    """A condition, its answer, and the answers of the conditions inside.

    Nothing is left out: also what could no longer change the answer was looked at.

    Attributes
    ----------
    truth : Truth
        The answer.
    step : Step
        What was asked.
    inner : Sequence[Proof]
        The conditions inside, as they were written.
    """

    truth: Truth
    step: Step
    inner: Sequence[Proof]


@model
class Explanation:
    """The whole reasoning behind one answer.

    It holds personal data: `Debug` shows none of it; `render` and `to_json` show all.

    Attributes
    ----------
    truth : Truth
        The answer.
    now : datetime
        The instant of evaluation.
    proof : Proof
        How it came about.
    segments : Mapping[str, Proof]
        How the answers of the segments that were referred to came about.
    """

    truth: Truth
    now: datetime
    proof: Proof
    segments: Mapping[str, Proof]


@model
class Segment:
    """A named segment.

    Attributes
    ----------
    id : SegmentId
        The id, which follows from the name.
    name : str
        The name.
    text : str
        The definition, as text.
    version : str
        A fingerprint of what the definition means: it changes when the meaning may have.
    """

    id: SegmentId
    name: str
    text: str
    version: str


@model
class Membership:
    """A segment and those who belong to it.

    Attributes
    ----------
    segment : Segment
        The segment.
    members : Sequence[CustomerId]
        Its members, in the order of their ids.
    """

    segment: Segment
    members: Sequence[CustomerId]


@model
class SegmentView:
    """From where segments are looked at.

    Attributes
    ----------
    as_of : AsOf
        The instant, and what is known.
    zone : str
        The zone whose days and months are meant where none is named.
    currency : str | None
        The currency of purchases and values; without one, fields of purchases, scores and values are missing.
    programme : ProgrammeId | None
        The programme that fields of loyalty speak of; without one, they are missing.
    """

    as_of: AsOf
    zone: str = "UTC"
    currency: str | None = None
    programme: ProgrammeId | None = None

    @classmethod
    def at(cls, now: datetime, **more: Any) -> SegmentView:
        """At an instant, with what is known then; `more` are other fields."""
        return cls(as_of=AsOf.at(now), **more)


@model
class Catalogue:
    """Everything that a segment can speak of.

    Attributes
    ----------
    fields : Mapping[str, Field]
        The fields, by name.
    events : Mapping[str, Event]
        The events, by name.
    """

    fields: Mapping[str, Field]
    events: Mapping[str, Event]


@model
class SegmentVersion:
    """A definition that a segment has, or had.

    Attributes
    ----------
    text : str
        The definition, as text.
    version : str
        The fingerprint of its meaning.
    from_ : datetime
        Since when.
    """

    text: str
    version: str
    from_: datetime


@model
class LiveSegments:
    """The segments whose members are kept up to date, and from where they are looked at.

    Attributes
    ----------
    names : Sequence[str]
        Their names.
    zone : str
        The zone whose days and months are meant where none is named.
    currency : str | None
        The currency of purchases.
    programme : ProgrammeId | None
        The programme that fields of loyalty speak of.
    """

    names: Sequence[str] = ()
    zone: str = "UTC"
    currency: str | None = None
    programme: ProgrammeId | None = None


@model
class Ticked:
    """What a tick has done.

    Attributes
    ----------
    due : int
        How many customers were due.
    changes : int
        How many entered or left a segment.
    next : datetime
        When there is something to do again, if nothing is learned until then. A host can sleep that long.
    """

    due: int
    changes: int
    next: datetime


@model
class MembershipChange:
    """That a customer entered a segment, or left it.

    Attributes
    ----------
    at : datetime
        When.
    recorded : datetime
        When it was noticed.
    id : Id
        The id of the fact; ids rise, which puts changes of one instant in their order.
    customer : CustomerId
        Who.
    segment : str
        Which segment.
    version : str
        The version of its definition.
    entered : bool
        Whether it was entered, or left.
    cause : MembershipCause
        Why.
    """

    at: datetime
    recorded: datetime
    id: Id
    customer: CustomerId
    segment: str
    version: str
    entered: bool
    cause: MembershipCause


@model
class ColumnsInfo:
    """What the columns hold.

    Attributes
    ----------
    customers : int
        How many customers; those who are put away are not among them.
    events : int
        How many interactions.
    bytes : int
        How many bytes they take.
    """

    customers: int
    events: int
    bytes: int


@model
class WhyNot:
    """What would have to be different for a customer to join a segment, or to leave it.

    Attributes
    ----------
    truth : Truth
        The present answer.
    change : Sequence[Evidence] | None
        The fewest questions whose answers would have to be different; nothing when no change would do.
    words : str
        The same in words.
    """

    truth: Truth
    change: Sequence[Evidence] | None = None
    words: str


@model
class SegmentDiff:
    """What another definition would change.

    Attributes
    ----------
    enters : Sequence[CustomerId]
        Who would join, in the order of their ids.
    leaves : Sequence[CustomerId]
        Who would leave, in the order of their ids.
    stays : int
        How many belong by both definitions.
    """

    enters: Sequence[CustomerId]
    leaves: Sequence[CustomerId]
    stays: int


@model
class NextChange:
    """When a customer joins or leaves without any new data.

    Attributes
    ----------
    at : datetime | None
        The first instant at which membership is another one; nothing when it stays as it is for ever.
    exact : bool
        Whether that is known. If not, `at` is the instant up to which nothing changes, and at which to ask again.
    moving : bool
        Whether the segment looks at fields that change by themselves (a score, a permit). The answer holds for
        their present values; whoever supplies them knows when they change.
    """

    at: datetime | None = None
    exact: bool
    moving: bool


@model
class MembershipCauseFact:
    """A fact was recorded.

    Attributes
    ----------
    value : Id
        What the variant holds.
    """

    _tag: ClassVar[str] = "fact"
    _bare: ClassVar[bool] = True
    value: Id


@model
class MembershipCauseRecord:
    """A record was written: the customer, an address, a relationship.

    Attributes
    ----------
    value : Id
        What the variant holds.
    """

    _tag: ClassVar[str] = "record"
    _bare: ClassVar[bool] = True
    value: Id


MembershipCause: TypeAlias = Literal["time", "definition"] | MembershipCauseFact | MembershipCauseRecord
"""Why a membership changed."""


@model
class TrialFact:
    """Something that has happened to somebody who is made up.

    Attributes
    ----------
    name : str
        What.
    at : datetime
        When.
    stream : str | None
        The stream of facts; interactions if not given.
    amount : Money | None
        The money it is about.
    points : int | None
        The points it is about.
    fields : Fields
        Everything else.
    """

    name: str
    at: datetime
    stream: str | None = None
    amount: Money | None = None
    points: int | None = None
    fields: Fields = field(default_factory=dict)


@model
class Trial:
    """An expression, and somebody to try it out on.

    Attributes
    ----------
    text : str
        The expression.
    now : datetime
        The instant of evaluation.
    zone : str
        The zone whose days and months are meant where none is named.
    customer : CustomerId | None
        Who, for samples; nobody in particular if not given.
    fields : Fields
        The values of fields by their names, with arguments in parentheses (`reachable(email, news)`). Others are
        missing.
    facts : Sequence[TrialFact]
        What has happened, in any order.
    """

    text: str
    now: datetime
    zone: str = "UTC"
    customer: CustomerId | None = None
    fields: Fields = field(default_factory=dict)
    facts: Sequence[TrialFact] = ()


@model
class TrialAnswer:
    """The answer to a trial.

    Attributes
    ----------
    truth : Truth
        The answer.
    words : str
        How it came about, in words.
    next_change : NextChange
        When membership is another one, if nothing is learned until then.
    """

    truth: Truth
    words: str
    next_change: NextChange


@model
class Relation:
    """How the members of two expressions go together.

    Each answer is one about all customers that there can be; it is unknown where it cannot be told.

    Attributes
    ----------
    implies : Truth
        Whether every member of the first is one of the second.
    implied_by : Truth
        Whether every member of the second is one of the first.
    equivalent : Truth
        Whether both always have the same members.
    disjoint : Truth
        Whether nobody can be a member of both.
    overlap : Truth
        Whether somebody can be a member of both.
    """

    implies: Truth
    implied_by: Truth
    equivalent: Truth
    disjoint: Truth
    overlap: Truth


class SqlDialect(Word):
    """A dialect of SQL."""

    SQLITE = "sqlite"
    """SQLite from 3.23."""
    POSTGRES = "postgres"
    """PostgreSQL."""
    DUCKDB = "duckdb"
    """DuckDB."""
    SPARK = "spark"
    """Spark SQL."""


@model
class SqlText:
    """A segment as SQL, or why it cannot be one.

    Attributes
    ----------
    sql : str | None
        A query for the ids of the members; nothing when some question cannot be said in SQL.
    refused : Sequence[str]
        The questions that cannot be said with exactly the same meaning.
    """

    sql: str | None = None
    refused: Sequence[str] = ()
