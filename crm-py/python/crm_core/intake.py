"""Files in: how logs of purchases and lists of contacts are read, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from typing import Any, ClassVar, Literal, TypeAlias

from ._core import Money
from ._model import Word, model
from .base import Channel
from .store import SourceRef


@model
class ColumnNamed:
    """The column with this name; where the capitals differ, it is still the same.

    Attributes
    ----------
    value : str
        The name.
    """

    _tag: ClassVar[str] = "named"
    _bare: ClassVar[bool] = True
    value: str


Column: TypeAlias = Literal["guess", "absent"] | ColumnNamed
"""Which column of a file plays a part: the one whose name says so, none, or the one with a name."""


class Refunds(Word):
    """Whether a log of purchases may hold refunds: rows with a negative amount."""

    REFUSE = "refuse"
    """A negative amount is an error."""
    ALLOW = "allow"
    """A negative amount is a refund."""


@model
class Fault:
    """What is wrong with a row.

    Attributes
    ----------
    code : str
        The fault (`not_a_date`).
    details : Mapping[str, Any]
        What was expected or allowed; never what the cell holds.
    """

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def _decode(cls, data: Any) -> Fault:
        if isinstance(data, str):
            return cls(code=data)
        ((code, details),) = data.items()
        return cls(code=code, details=details)

    def to_data(self) -> object:
        """Give the fault as plain data."""
        return {self.code: dict(self.details)} if self.details else self.code


@model
class ConsentColumns:
    """The columns that say what people have said about one purpose on one channel.

    Each column holds a date, or `yes` and `no` when the mapping says as of when; an empty cell says nothing. A `no`
    in the column `granted` is a refusal; elsewhere it says nothing.

    Attributes
    ----------
    purpose : str
        For what (`marketing`).
    channel : Channel
        On which channel.
    granted : str | None
        When the person agreed.
    confirmed : str | None
        When the owner of the address confirmed it (double opt-in).
    refused : str | None
        When the person was asked and said no.
    withdrawn : str | None
        When the person took the agreement back.
    notice : str | None
        The wording that was shown (`newsletter-3/en`).
    """

    purpose: str
    channel: Channel
    granted: str | None = None
    confirmed: str | None = None
    refused: str | None = None
    withdrawn: str | None = None
    notice: str | None = None


@model
class FileForm:
    """How a file is written, and who wrote it. What is not said is guessed, and reported.

    Attributes
    ----------
    delimiter : str | None
        What stands between the cells of a row. Guessed from the first rows.
    dates : Sequence[str]
        The forms of the dates, tried in this order. Guessed from the first thousand rows when empty.
    zone : str | None
        The zone whose clocks show the times that have no offset. UTC when not said.
    source : str | None
        The system that wrote the file (`shop`). Its order numbers are unique in it, so that two systems may use the
        same number. `import` when not said.
    """

    delimiter: str | None = None
    dates: Sequence[str] = ()
    zone: str | None = None
    source: str | None = None


@model
class ContactMapping:
    """What the columns of a list of contacts mean.

    Columns that are not named are guessed from common names. As text, for a command line, it is a list of settings,
    as for purchases. What people have said about the use of their addresses stands in columns of its own, for each
    purpose and channel; such columns are guessed only from names like `granted.marketing.email`:

    Attributes
    ----------
    customer : Column
        The customer's id in the source. Every file has this column.
    name : Column
        The whole name.
    given : Column
        The given name.
    family : Column
        The family name.
    email : Column
        The e-mail address.
    email_verified : Column
        Whether, or since when, the e-mail address is known to be the customer's.
    email_bounced : Column
        Whether, or since when, mail comes back from the address.
    phone : Column
        The telephone number.
    country : Column
        The country: an ISO 3166 code of two or three letters.
    locale : Column
        The language, as a tag of BCP 47.
    birth_date : Column
        The date of birth.
    tags : Column
        Tags, apart by `|`, `;` or `,`.
    consents : Sequence[ConsentColumns]
        What people have said about the use of their addresses.
    as_of : date | None
        The day on which a `yes` or a `no` without a date was true.
    home : str | None
        The country whose telephone numbers are written without a country, unless the row says another one.
    form : FileForm
        How the file is written.
    """

    customer: Column = "guess"
    name: Column = "guess"
    given: Column = "guess"
    family: Column = "guess"
    email: Column = "guess"
    email_verified: Column = "guess"
    email_bounced: Column = "guess"
    phone: Column = "guess"
    country: Column = "guess"
    locale: Column = "guess"
    birth_date: Column = "guess"
    tags: Column = "guess"
    consents: Sequence[ConsentColumns] = ()
    as_of: date | None = None
    home: str | None = None
    form: FileForm = field(default_factory=FileForm)


class DecimalMark(Word):
    """What separates the minor units of an amount."""

    POINT = "point"
    """`1234.50`"""
    COMMA = "comma"
    """`1234,50`"""


@model
class Guess:
    """Something that was not said and had to be chosen.

    Attributes
    ----------
    what : str
        What had to be chosen: the word that would have said it in the mapping.
    choice : str
        What was chosen.
    """

    what: str
    choice: str


@model
class IntakeReport:
    """What came of a file.

    Attributes
    ----------
    rows : int
        The rows below the header.
    accepted : int
        Those that are given.
    rejected : Mapping[str, int]
        Those that are not, counted by the code of their fault.
    repeated : int
        Accepted rows without an order number that say the same as an earlier one: same customer, time and amount.
        Each counts as a purchase of its own.
    bom : bool
        Whether the file began with a byte-order mark, which is left out.
    mapping : str
        The mapping as it was used, guesses included, as text. With it, the next import guesses nothing.
    guesses : Sequence[Guess]
        What the mapping did not say.
    """

    rows: int
    accepted: int
    rejected: Mapping[str, int]
    repeated: int
    bom: bool
    mapping: str
    guesses: Sequence[Guess]


@model
class Rejected:
    """A row that cannot be imported.

    Attributes
    ----------
    row : int
        The line of the file on which the row begins, counted from 1; the header is usually line 1.
    column : str | None
        The column, unless the row as a whole is wrong.
    fault : Fault
        What is wrong.
    """

    row: int
    column: str | None = None
    fault: Fault


@model
class Imported:
    """What an import did.

    Attributes
    ----------
    customers_created : int
        Customers that were entered.
    customers_updated : int
        Customers that were there, and of whom something was learned.
    facts : int
        Facts that were entered: purchases, or what people said about being contacted.
    duplicates : int
        Facts that were there already.
    rejected : Sequence[Rejected]
        Rows that were left out, in the order of the file, with their reasons; none in strict mode.
    report : IntakeReport
        What came of the file: its rows, how they were counted, and the mapping as it was used.
    """

    customers_created: int
    customers_updated: int
    facts: int
    duplicates: int
    rejected: Sequence[Rejected]
    report: IntakeReport


class Mode(Word):
    """What happens when a row is wrong."""

    STRICT = "strict"
    """The first wrong row is an error, and nothing is given."""
    LENIENT = "lenient"
    """Good rows are given, and wrong ones are listed."""


@model
class PurchaseMapping:
    """What the columns of a log of purchases mean.

    Columns that are not named are guessed from common names. As text, for a command line, it is a list of settings:

    A value may be quoted, as in `date="Order date, local"`; an empty one, as in `quantity=`, says that there is no
    such column. Several forms of dates are written `dates=dd.mm.yyyy|yyyy-mm-dd`.

    Attributes
    ----------
    customer : Column
        The customer's id in the source. Every file has this column.
    date : Column
        When it was bought. Every file has this column.
    time : Column
        The time of the day, if the date does not say it.
    amount : Column
        What was paid, without the currency. Every file has this column.
    quantity : Column
        How many things were bought.
    order : Column
        The number of the order, unique in the source.
    channel : Column
        On which way it was bought: the word of a `Channel`.
    currency_column : Column
        The ISO 4217 code of the row's currency.
    currency : str | None
        The currency of the file. With a column of currencies, too, a row in another one is an error.
    decimal : DecimalMark
        How amounts are written.
    refunds : Refunds
        Whether amounts may be negative.
    form : FileForm
        How the file is written.
    """

    customer: Column = "guess"
    date: Column = "guess"
    time: Column = "guess"
    amount: Column = "guess"
    quantity: Column = "guess"
    order: Column = "guess"
    channel: Column = "guess"
    currency_column: Column = "guess"
    currency: str | None = None
    decimal: DecimalMark = DecimalMark.POINT
    refunds: Refunds = Refunds.REFUSE
    form: FileForm = field(default_factory=FileForm)


@model
class PurchaseRow:
    """A checked row of a log of purchases.

    Attributes
    ----------
    row : int
        The line of the file on which it begins, counted from 1.
    customer : str
        The customer's id in the source.
    at : datetime
        When it was bought.
    amount : Money
        What was paid; negative for a refund.
    quantity : int | None
        How many things were bought.
    order : str | None
        The number of the order, if the log has one.
    channel : Channel | None
        On which way it was bought.
    source : SourceRef
        What makes the row the same row when it is imported again: the number of the order, or an id derived from
        the row.
    """

    row: int
    customer: str
    at: datetime
    amount: Money
    quantity: int | None = None
    order: str | None = None
    channel: Channel | None = None
    source: SourceRef
