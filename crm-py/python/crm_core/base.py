"""The small types that every room speaks: ids, money, values, windows, declared fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Generic, NewType, TypeAlias, TypeVar
from uuid import UUID

from ._core import Money
from ._model import PersonalMark, Word, model

T = TypeVar("T")


CustomerId = NewType("CustomerId", UUID)
"""The id of a customer."""
ContactPointId = NewType("ContactPointId", UUID)
"""The id of a contact point."""
InteractionId = NewType("InteractionId", UUID)
"""The id of an interaction."""
CampaignId = NewType("CampaignId", UUID)
"""The id of a campaign."""
ProgrammeId = NewType("ProgrammeId", UUID)
"""The id of a loyalty programme."""
SegmentId = NewType("SegmentId", UUID)
"""The id of a segment."""
Id = UUID
"""The id of anything that is stored."""


class _ValueMark(PersonalMark):
    @staticmethod
    def decode(data: Any) -> Any:
        if isinstance(data, dict):
            ((mark, text),) = data.items()
            return _MARKED[mark](text)
        return tuple(data) if isinstance(data, list) else data


_MARKED: dict[str, Callable[[str], Any]] = {
    "$date": date.fromisoformat,
    "$time": datetime.fromisoformat,
    "$money": Money,
    "$id": UUID,
    "$sealed": bytes.fromhex,
}

Value: TypeAlias = Annotated[bool | int | float | str | date | datetime | Money | UUID | Sequence[str], _ValueMark()]
"""What a field can hold. A missing value is the absence of the field. It may be personal, so `repr` does not show it."""

Fields: TypeAlias = Annotated[Mapping[str, Value], PersonalMark()]
"""Values by the names of their fields."""


@model
class Page(Generic[T]):
    """One page of a listing: as many items as were asked for, unless it is the last.

    Attributes
    ----------
    items : Sequence[T]
        The items, in the order of the question.
    next : str | None
        Where the next page starts; `None` when there was nothing behind this one.
    filtered : bool
        Whether the question's tests were applied.
    """

    items: Sequence[T]
    next: str | None = None
    filtered: bool = True

    def __iter__(self) -> Iterator[T]:
        """Go through the items of this page."""
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@model
class AsOf:
    """The point of view of an answer: what had happened by one instant, as far as it was known at another.

    With both given, the same question has the same answer for ever: what is learned later does not change it.

    Attributes
    ----------
    valid : datetime
        What happened at this instant or before counts.
    known : datetime
        What was recorded at this instant or before counts.
    """

    valid: datetime
    known: datetime

    @classmethod
    def at(cls, instant: datetime) -> AsOf:
        """All that has happened by an instant and is known at it."""
        return cls(valid=instant, known=instant)


class CalendarUnit(Word):
    """A stretch of the calendar that days are grouped by."""

    DAY = "day"
    """One day."""
    WEEK = "week"
    """Monday to Sunday."""
    MONTH = "month"
    """A month."""
    QUARTER = "quarter"
    """Three months, from January, April, July or October."""
    YEAR = "year"
    """January to December."""


class Channel(Word):
    """The way on which something happened, or on which somebody may be contacted.

    A telephone number serves two of them: a permission to send a text message is none to call.
    """

    EMAIL = "email"
    """Electronic mail."""
    SMS = "sms"
    """Text messages to a telephone number."""
    PHONE = "phone"
    """Calls to a telephone number."""
    POST = "post"
    """Letters and parcels."""
    PUSH = "push"
    """Notifications on a device."""
    APP = "app"
    """Inside the host's own application."""
    WEB = "web"
    """A web site."""
    STORE = "store"
    """A shop with a door."""
    CHAT = "chat"
    """Live conversation with a person or a bot."""
    SOCIAL = "social"
    """A social network."""


class DataClass(Word):
    """What sort of data a field holds, in the eyes of data-protection law."""

    IDENTIFIER = "identifier"
    """Names a person: a name, a customer number."""
    CONTACT = "contact"
    """Reaches a person: an address on some channel."""
    BEHAVIOUR = "behaviour"
    """What a person did."""
    FINANCIAL = "financial"
    """Money, payments, credit."""
    SPECIAL = "special"
    """Special categories (GDPR Art. 9) and sensitive data (PIPL Art. 28)."""
    INFERRED = "inferred"
    """Concluded from other data: scores, segments, tiers."""
    FREE_TEXT = "free_text"
    """Text that anybody may have written anything into."""
    PSEUDONYM = "pseudonym"
    """An identifier that means nothing outside this store."""
    NON_PERSONAL = "non_personal"
    """Not about a person."""


class Missing(Word):
    """What the absence of a field means to a segment or a score."""

    UNKNOWN = "unknown"
    """Nobody knows: comparisons with it are neither true nor false."""
    ZERO = "zero"
    """It counts as zero (a balance, a counter)."""
    FALSE = "false"
    """It counts as false (a flag)."""
    EMPTY = "empty"
    """It counts as an empty list (tags)."""


class Provenance(Word):
    """Where a field's content comes from."""

    PROVIDED = "provided"
    """The person gave it."""
    OBSERVED = "observed"
    """It was seen while the person used a service."""
    INFERRED = "inferred"
    """It was computed."""
    THIRD_PARTY = "third_party"
    """Somebody else gave it."""


class ValueType(Word):
    """The type of a `Value`."""

    BOOL = "bool"
    """True or false."""
    INT = "int"
    """A 64-bit whole number."""
    FLOAT = "float"
    """A finite 64-bit floating-point number. For measures; money is `Money`."""
    TEXT = "text"
    """A text."""
    DATE = "date"
    """A day without a zone."""
    TIME = "time"
    """An instant."""
    MONEY = "money"
    """An amount in one currency."""
    ID = "id"
    """The id of something stored."""
    TEXTS = "texts"
    """A list of texts (tags, languages)."""


@model
class FieldDecl:
    """The declaration of one field.

    Attributes
    ----------
    name : str
        The name, unique within its kind or stream.
    value_type : ValueType
        The type of every value.
    class_ : DataClass
        The class of data.
    origin : Provenance
        The origin.
    purposes : Sequence[str]
        What it may be used for. Never empty.
    unit : str | None
        The unit of a number (`days`, `points`), if it has one.
    missing : Missing
        What its absence means.
    doc : str
        One sentence for those who read the catalogue.
    """

    name: str
    value_type: ValueType
    class_: DataClass
    origin: Provenance
    purposes: Sequence[str]
    unit: str | None = None
    missing: Missing = Missing.UNKNOWN
    doc: str = ""


class Order(Word):
    """In which order facts are given."""

    OLDEST = "oldest"
    """Subject by subject, in an order of the store's own that never changes; each subject's oldest fact first, and facts of the same instant in the order in which they were committed."""
    NEWEST = "newest"
    """`Oldest` backwards, fact by fact: each subject's newest fact first, and of the same instant the one that was committed last."""
    RECORDED = "recorded"
    """In the order in which they were committed, and within a commit in the order of the change set."""


@model
class Period:
    """A stretch of civil time whose length in hours depends on where in the calendar it is laid: so many months, and so many days.

    Attributes
    ----------
    months : int
        Months, counted first. A day that the month does not have becomes its last day.
    days : int
        Days, counted after the months.
    """

    months: int = 0
    days: int = 0


class Rounding(Word):
    """How a number between two whole numbers becomes one of them.

    The words are those of `java.math.RoundingMode`.
    """

    DOWN = "down"
    """Towards zero."""
    UP = "up"
    """Away from zero."""
    FLOOR = "floor"
    """Towards minus infinity."""
    CEILING = "ceiling"
    """Towards plus infinity."""
    HALF_DOWN = "half_down"
    """To the nearer one; from the middle, towards zero."""
    HALF_UP = "half_up"
    """To the nearer one; from the middle, away from zero."""
    HALF_EVEN = "half_even"
    """To the nearer one; from the middle, to the even one."""


@model
class Window:
    """A half-open span of time: `start` belongs to it, `end` does not.

    Windows that meet share no instant and leave none out. An event at 23:59:59.999999 belongs to its day.

    Attributes
    ----------
    start : datetime
        The first instant inside.
    end : datetime
        The first instant after.
    """

    start: datetime
    end: datetime

    ALWAYS: ClassVar[Window]
    """All of time."""


Window.ALWAYS = Window(start=datetime(1, 1, 1, tzinfo=UTC), end=datetime(9999, 12, 30, 22, tzinfo=UTC))
