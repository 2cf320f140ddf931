"""What members earned: programmes, rules, movements, standings, tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import date, datetime
from typing import ClassVar, Literal, TypeAlias

from ._core import Money
from ._model import Word, model
from .base import CalendarUnit, Channel, CustomerId, Id, Period, ProgrammeId, Rounding, Window
from .errors import CrmError


@model
class Adjustment:
    """Points that somebody gives or takes by hand.

    Attributes
    ----------
    id : Id
        Which one.
    member : CustomerId
        Whose points.
    unit : str | None
        The unit; the programme's first if none is named.
    points : int
        How many are given, or taken if negative. Given points live as earned ones do.
    at : datetime
        When.
    reason : str
        Why, in a word of the host's.
    """

    id: Id
    member: CustomerId
    unit: str | None = None
    points: int
    at: datetime
    reason: str


class AmountBasis(Word):
    """Which amount of a line counts."""

    CHARGED = "charged"
    """What was charged."""
    LIST = "list"
    """What it would have cost without discounts, where the line says it; else what was charged."""


@model
class Balance:
    """What a member has of one unit.

    Attributes
    ----------
    available : int
        Points that can be spent.
    pending : int
        Points that cannot be spent yet.
    owed : int
        Points that the next ones will repay.
    reserved : int
        Points that are set aside for a while.
    """

    available: int
    pending: int
    owed: int
    reserved: int = 0


@model
class BasisPoints:
    """Points of a unit that were earned, less those that refunds took back.

    Redemption, expiry and adjustment do not matter.

    Attributes
    ----------
    unit : str
        The unit.
    """

    _tag: ClassVar[str] = "points"
    unit: str


@model
class BasisSpend:
    """Money spent in one currency, less refunds. Purchases in another currency do not count.

    Attributes
    ----------
    currency : str
        The currency.
    """

    _tag: ClassVar[str] = "spend"
    currency: str


Basis: TypeAlias = Literal["purchases"] | BasisPoints | BasisSpend
"""What counts towards a tier."""


@model
class Cancellation:
    """A redemption that is taken back, or a part of it.

    Attributes
    ----------
    id : Id
        Which one.
    redemption : Id
        The redemption.
    points : int | None
        How many points are given back; all that are left of it if none are named.
    at : datetime
        When.
    """

    id: Id
    redemption: Id
    points: int | None = None
    at: datetime


@model
class Refusal:
    """Something that the programme refuses, and why.

    Attributes
    ----------
    cause : Id
        What is refused: a purchase, refund, redemption, cancellation or adjustment.
    error : CrmError
        Why.
    """

    cause: Id
    error: CrmError


@model
class CaughtUp:
    """What catching up did.

    Attributes
    ----------
    purchases : int
        Purchases that were looked at.
    movements : int
        Movements that were written.
    refused : Sequence[Refusal]
        What could not be taken in, and why: refunds of purchases that are not known, currencies that no rule knows.
    left_out : Sequence[Id]
        Orders and refunds without an amount, and refunds that name no order.
    """

    purchases: int
    movements: int
    refused: Sequence[Refusal]
    left_out: Sequence[Id]


@model
class Cost:
    """What points cost: an amount for a number of points.

    Attributes
    ----------
    amount : Money
        The amount.
    points : int
        For how many points.
    """

    amount: Money
    points: int


@model
class QualifyingCalendar:
    """In the calendar period of the programme's zone in which it happened. Every period begins at zero.

    Attributes
    ----------
    value : CalendarUnit
        What the variant holds.
    """

    _tag: ClassVar[str] = "calendar"
    _bare: ClassVar[bool] = True
    value: CalendarUnit


@model
class QualifyingRolling:
    """From the moment it happened until a period later, at the same time of the day in the programme's zone.

    Attributes
    ----------
    value : Period
        What the variant holds.
    """

    _tag: ClassVar[str] = "rolling"
    _bare: ClassVar[bool] = True
    value: Period


Qualifying: TypeAlias = Literal["anniversary", "lifetime"] | QualifyingCalendar | QualifyingRolling
"""When something counts towards a tier. Refunds count when their purchases do."""


@model
class Tier:
    """One tier.

    Attributes
    ----------
    name : str
        Its name, unique within the programme.
    threshold : int
        What it takes: points, minor units of money, or purchases.
    multiplier : int
        What points are multiplied by when its members earn them, in percent.
    """

    name: str
    threshold: int
    multiplier: int = 100


@model
class Ladder:
    """The tiers of a programme.

    A member's tier is a function of what the member did and of the clock. It rises the moment a threshold is reached,
    reaching it exactly included. It falls only when a qualifying period, and the grace after it, is over.

    Attributes
    ----------
    basis : Basis
        What counts.
    window : Qualifying
        When it counts.
    keep : int
        For how many further calendar periods, or years, a tier is kept after the one in which it was reached. Without
        meaning for other windows.
    grace : Period
        How long after its end a tier is still granted.
    soft_landing : bool
        Whether a member falls by one tier at a time. Each tier is then held until the next review: the end of the next
        calendar period or year, or of another grace.
    refunds_demote : bool
        Whether a refund that takes a member below a threshold takes the tier at once, without grace or landing. If not,
        a tier once reached is kept to the end of its period.
    tiers : Sequence[Tier]
        The tiers, the lowest first. Below the first threshold a member has no tier.
    """

    basis: Basis
    window: Qualifying
    keep: int = 0
    grace: Period = field(default_factory=Period)
    soft_landing: bool = False
    refunds_demote: bool = False
    tiers: Sequence[Tier]


@model
class EarnPerAmount:
    """Points for every so much of the amount: of all eligible lines together, rounded once, after the tier's multiplier.

    Attributes
    ----------
    points : int
        The points.
    per : Money
        For how much money. The rule does not apply to purchases in another currency.
    rounding : Rounding
        What becomes of a part of a point.
    basis : AmountBasis
        Which amount counts.
    """

    _tag: ClassVar[str] = "per_amount"
    points: int
    per: Money
    rounding: Rounding = Rounding.DOWN
    basis: AmountBasis = AmountBasis.CHARGED


@model
class EarnPerItem:
    """Points for every eligible item.

    Attributes
    ----------
    points : int
        The points.
    """

    _tag: ClassVar[str] = "per_item"
    points: int


@model
class EarnPerPurchase:
    """Points for the purchase, however large.

    Attributes
    ----------
    points : int
        The points.
    """

    _tag: ClassVar[str] = "per_purchase"
    points: int


@model
class EarnSignUp:
    """Points for joining the programme.

    Attributes
    ----------
    points : int
        The points.
    """

    _tag: ClassVar[str] = "sign_up"
    points: int


@model
class EarnBonus:
    """A share of what other rules award for the same purchase, rounded down: 100 percent doubles the points.

    The rules must be considered before it, by a higher priority or an earlier name.

    Attributes
    ----------
    percent : int
        The share.
    of : Sequence[str]
        The rules.
    """

    _tag: ClassVar[str] = "bonus"
    percent: int
    of: Sequence[str]


@model
class EarnPerActivity:
    """Points for an activity: a review, a birthday, the referral of a friend.

    Attributes
    ----------
    activity : str
        Which one, in a word of the host's.
    points : int
        The points.
    """

    _tag: ClassVar[str] = "per_activity"
    activity: str
    points: int


@model
class EarnMission:
    """Points whenever something has been done so many times within a period. Everything counts for one award only.

    Attributes
    ----------
    points : int
        The points.
    activity : str | None
        What counts: an activity; purchases if none is named.
    times : int
        How many times.
    within : Period | None
        Within which period, that ends with the last time; ever if none is named.
    """

    _tag: ClassVar[str] = "mission"
    points: int
    activity: str | None = None
    times: int
    within: Period | None = None


@model
class EarnStreak:
    """Points whenever something has been done in so many calendar periods in a row, at least once in each.

    Every period counts for one award only.

    Attributes
    ----------
    points : int
        The points.
    activity : str | None
        What counts: an activity; purchases if none is named.
    periods : int
        How many periods in a row.
    unit : CalendarUnit
        Which periods of the programme's zone.
    """

    _tag: ClassVar[str] = "streak"
    points: int
    activity: str | None = None
    periods: int
    unit: CalendarUnit


Earn: TypeAlias = (
    EarnPerAmount | EarnPerItem | EarnPerPurchase | EarnSignUp | EarnBonus | EarnPerActivity | EarnMission | EarnStreak
)
"""How many points a rule awards."""


@model
class When:
    """What must be true for a rule to apply.

    A line is eligible when it passes the tests of category and product. The part of a purchase that is on no line
    belongs to no category and is no product.

    Attributes
    ----------
    categories : Sequence[str]
        Only lines of these categories, unless empty.
    except_categories : Sequence[str]
        No lines of these categories.
    products : Sequence[str]
        Only lines of these products, unless empty.
    except_products : Sequence[str]
        No lines of these products.
    minimum : Money | None
        Only when the eligible lines come to this charged amount or more.
    tiers : Sequence[str]
        Only for members in one of these tiers, unless empty.
    from_ : datetime | None
        Only for purchases at this instant or later.
    until : datetime | None
        Only for purchases before this instant.
    first_purchase : bool
        Only for the first purchase that is known of the member.
    filter : str | None
        Only lines for which this expression of the segment language is true, with the fields of `filter_catalogue`:
        `purchase.weekday = "sunday" and line.amount >= 5.00 EUR`.
    """

    categories: Sequence[str] = ()
    except_categories: Sequence[str] = ()
    products: Sequence[str] = ()
    except_products: Sequence[str] = ()
    minimum: Money | None = None
    tiers: Sequence[str] = ()
    from_: datetime | None = None
    until: datetime | None = None
    first_purchase: bool = False
    filter: str | None = None


@model
class Rule:
    """One way to earn points.

    Rules are considered in the order of their priority, the highest first, and of their names where priorities are
    equal. The order in which they were written or edited never matters.

    Attributes
    ----------
    name : str
        Its name, unique within the programme. Points that were earned name it for ever.
    unit : str | None
        The unit that it awards; the programme's first if it names none.
    earn : Earn
        How many points it awards.
    priority : int
        Its place among the rules; higher ones come first.
    group : str | None
        Of all rules of one group only the first that applies awards points. A rule without a group stands alone.
    when : When
        What must be true for it to apply.
    tiered : bool
        Whether the multiplier of the member's tier applies to it.
    caps : Sequence[Cap]
        The most that it awards one member.
    counts_points_paid : bool
        Whether the part of an amount that was paid with points counts, too.
    stop : bool
        Whether no rule after it is considered when it awards points.
    """

    name: str
    unit: str | None = None
    earn: Earn
    priority: int = 0
    group: str | None = None
    when: When = field(default_factory=When)
    tiered: bool = True
    caps: Sequence[Cap] = ()
    counts_points_paid: bool = False
    stop: bool = False


@model
class ExpiryAfter:
    """A period after they were earned, at the same time of the day in the programme's zone.

    Attributes
    ----------
    value : Period
        What the variant holds.
    """

    _tag: ClassVar[str] = "after"
    _bare: ClassVar[bool] = True
    value: Period


@model
class ExpiryAfterDay:
    """A period after the day on which they were earned, at the end of that day in the programme's zone.

    Attributes
    ----------
    value : Period
        What the variant holds.
    """

    _tag: ClassVar[str] = "after_day"
    _bare: ClassVar[bool] = True
    value: Period


@model
class ExpiryEndOf:
    """At the end of the month, quarter or year in which they were earned, or of a later one, in the programme's zone.

    Attributes
    ----------
    unit : CalendarUnit
        The stretch of the calendar.
    plus : int
        How many stretches later; 0 is the one in which they were earned.
    """

    _tag: ClassVar[str] = "end_of"
    unit: CalendarUnit
    plus: int = 0


@model
class ExpiryOn:
    """At the end of one day, whenever they were earned.

    Attributes
    ----------
    value : date
        What the variant holds.
    """

    _tag: ClassVar[str] = "on"
    _bare: ClassVar[bool] = True
    value: date


Expiry: TypeAlias = Literal["never"] | ExpiryAfter | ExpiryAfterDay | ExpiryEndOf | ExpiryOn
"""When points expire. They can be spent before the instant of their expiry, not at it."""


class Shortfall(Word):
    """What happens when a refund takes back points that have been spent.

    Points of the refunded order that are still there are always taken first, and those that expired count as taken.
    """

    WAIVE = "waive"
    """What is missing is waived."""
    TAKE_OTHERS = "take_others"
    """It is taken from the member's other points as far as they reach; the rest is waived."""
    OWE = "owe"
    """It is taken from the member's other points; the rest is owed, and repaid by the next points."""


class SpendOrder(Word):
    """Which points are spent first."""

    EXPIRING_FIRST = "expiring_first"
    """Those that expire first; of these, those that became available first."""
    OLDEST_FIRST = "oldest_first"
    """Those that became available first; of these, those that expire first."""


@model
class Unit:
    """One sort of points of a programme, and the life that its points lead.

    Attributes
    ----------
    name : str
        Its name, unique within the programme (`points`, `status_miles`).
    redeemable : bool
        Whether its points can be redeemed. Points that cannot only count, for a tier.
    pending : Period
        How long points wait before they can be redeemed. Refunds take waiting points, too.
    expiry : Expiry
        When points expire.
    order : SpendOrder
        Which points are spent first.
    shortfall : Shortfall
        What happens when a refund finds its points spent.
    cost : Cost | None
        What points cost the business when they are redeemed.
    breakage : int
        The share of outstanding points that is expected never to be redeemed, in hundredths of a percent.
    caps : Sequence[Cap]
        The most that all rules together award one member in this unit.
    redeem_caps : Sequence[Cap]
        The most that one member redeems. What was cancelled counts, too.
    review_over : int | None
        An award of more points than this waits until somebody has looked at it and confirms it.
    transferable : bool
        Whether members may give its points to each other.
    """

    name: str
    redeemable: bool = True
    pending: Period = field(default_factory=Period)
    expiry: Expiry = "never"
    order: SpendOrder = SpendOrder.EXPIRING_FIRST
    shortfall: Shortfall = Shortfall.WAIVE
    cost: Cost | None = None
    breakage: int = 0
    caps: Sequence[Cap] = ()
    redeem_caps: Sequence[Cap] = ()
    review_over: int | None = None
    transferable: bool = False


@model
class Definition:
    """What a loyalty programme promises: data that can be written by hand, stored, compared and sent.

    Attributes
    ----------
    name : str
        The programme's name, for people.
    doc : str
        A description, for people. It changes nothing.
    zone : str
        The zone in which its days, months and years begin.
    units : Sequence[Unit]
        Its point units, the default one first.
    rules : Sequence[Rule]
        Its earning rules.
    tiers : Ladder | None
        Its tiers, if it has any.
    rewards : Sequence[Reward]
        What members can claim for their points.
    """

    name: str
    doc: str = ""
    zone: str
    units: Sequence[Unit]
    rules: Sequence[Rule] = ()
    tiers: Ladder | None = None
    rewards: Sequence[Reward] = ()


@model
class Expiring:
    """Points that expire at one instant.

    Attributes
    ----------
    at : datetime
        When they expire.
    points : int
        How many.
    """

    at: datetime
    points: int


class Invariant(Word):
    """A promise of the ledger."""

    READABLE = "readable"
    """Every fact is a movement of this programme's kind, in a unit and under a version that exist."""
    IDENTITY = "identity"
    """The id of every movement follows from its cause, so that no cause moves points twice."""
    LIFE = "life"
    """Every lot was opened once, and its movements agree about its life; an opened lot lives as the programme says."""
    CONSERVATION = "conservation"
    """No lot gives more points than it got, at any time."""
    DERIVATION = "derivation"
    """What was spent, taken back, given back, expired and repaid is what follows from what happened, in the order of
    time."""
    SOLVENCY = "solvency"
    """No more points were spent or taken back than were there, unless the unit allows debt."""
    REFUND = "refund"
    """A refund takes back, owes and forgives no more than its purchase earned."""
    CANCELLATION = "cancellation"
    """A cancellation gives back no more than its redemption took."""
    TRANSFER = "transfer"
    """What a member gives is what another one receives."""
    MONEY = "money"
    """The money of a purchase or refund is on one movement."""


@model
class LiabilityMonth:
    """Points that expire in one month of the programme's zone.

    Attributes
    ----------
    month : date | None
        The first day of the month; nothing for points that never expire.
    points : int
        The points.
    cost : Money | None
        What those that will be redeemed are expected to cost.
    """

    month: date | None = None
    points: int
    cost: Money | None = None


@model
class Totals:
    """What was ever done with the points of a unit, up to an instant.

    `earned + adjusted + owed = redeemed + expired + reversed + outstanding`.

    Attributes
    ----------
    earned : int
        Points that rules awarded.
    adjusted : int
        Points that were given by hand, less those taken by hand.
    redeemed : int
        Points that were spent and not given back, those that members owe included.
    expired : int
        Points that expired, whether or not that has been written.
    reversed : int
        Points that refunds took back, those that members owe included.
    waived : int
        Points of refunded purchases that were forgiven. They were spent, and are counted there.
    outstanding : int
        Points that members hold, those that are not available yet or are set aside included.
    pending : int
        Of these, points that will be available at a later instant that is known.
    owed : int
        Points that members owe.
    """

    earned: int
    adjusted: int
    redeemed: int
    expired: int
    reversed: int
    waived: int
    outstanding: int
    pending: int
    owed: int


@model
class Liability:
    """The liability of one unit at an instant.

    Attributes
    ----------
    programme : ProgrammeId
        The programme.
    unit : str
        The unit.
    at : datetime
        The instant.
    months : Sequence[LiabilityMonth]
        What members hold, by the month in which it expires, the soonest first and what never expires last.
    totals : Totals
        What was ever done with points.
    breakage : int
        The share of outstanding points that is expected never to be redeemed, in hundredths of a percent.
    cost : Money | None
        What all outstanding points are expected to cost: points times cost per point, less breakage, rounded to the
        even minor unit. The months add up to it.
    """

    programme: ProgrammeId
    unit: str
    at: datetime
    months: Sequence[LiabilityMonth]
    totals: Totals
    breakage: int
    cost: Money | None = None


@model
class LotShare:
    """The part of one lot in a line.

    Attributes
    ----------
    lot : Id
        The lot: the movement that opened it.
    points : int
        By how much it grew.
    expires_at : datetime | None
        When its points expire.
    """

    lot: Id
    points: int
    expires_at: datetime | None = None


class MovementKind(Word):
    """What a movement does to the points of its lot."""

    EARNED = "earned"
    """Opens a lot with the points that a rule awarded. A movement of no points says that a purchase was looked at and
    earned nothing."""
    ADJUSTED = "adjusted"
    """Opens a lot with points that somebody gave by hand, or takes points that somebody took."""
    REDEEMED = "redeemed"
    """Takes points that were spent."""
    RESTORED = "restored"
    """Gives points back of which the redemption was cancelled."""
    RESERVED = "reserved"
    """Takes points that are set aside for a while."""
    RELEASED = "released"
    """Gives points back that were set aside, or hands them to the redemption for which they were."""
    TRANSFERRED = "transferred"
    """Takes points that go to another member."""
    RECEIVED = "received"
    """Opens a lot with points that come from another member. They live as they did there."""
    CONFIRMED = "confirmed"
    """Moves no points: from now on those of the lot can be spent, for which somebody had to say so."""
    REVERSED = "reversed"
    """Takes points back because the purchase was refunded."""
    EXPIRED = "expired"
    """Takes points whose time was over."""
    WAIVED = "waived"
    """Moves no points: says how many of a refunded purchase were spent already and are forgiven."""
    OWED = "owed"
    """Makes the member owe points."""
    REPAID = "repaid"
    """Takes points to repay what is owed."""
    SETTLED = "settled"
    """Makes the member owe less, by as much as was repaid."""


@model
class Movement:
    """One movement of points.

    Movements are facts: they are written once and never edited. A movement that turns out to be wrong, because
    something was heard of late, is followed by another one that corrects it.

    Every movement carries the life of its lot, so that sums over movements answer what is available and what expires
    when without looking at anything else.

    Attributes
    ----------
    id : Id
        Which one. It follows from the programme, the cause and the lot, so that no cause moves points twice.
    member : CustomerId
        Whose points.
    kind : MovementKind
        What it does.
    at : datetime
        When it takes effect.
    recorded : datetime
        When it was written.
    points : int
        By how much the lot grows; negative when it shrinks.
    programme : ProgrammeId
        The programme.
    version : int
        The version of the programme that was in force.
    unit : str
        The unit of the points.
    lot : Id
        The lot that the points are in: the movement that opened it. What a member owes is a lot, too.
    available_at : datetime | None
        When the lot's points become available; nothing for what is owed.
    expires_at : datetime | None
        When the lot's points expire, if they do.
    cause : Id
        What it happened for: the purchase, refund, redemption, cancellation or adjustment; the lot itself when the
        clock did it.
    of : Id | None
        What the cause was about: the lot of the refunded purchase, the redemption that was cancelled, the reservation
        that ended, or the other member's lot.
    because : Id | None
        For a correction: what was heard of late.
    rule : str | None
        The rule that awarded the points.
    reason : str | None
        Why somebody moved points by hand, or which activity earned them.
    amount : Money | None
        The money that was spent or, negative, paid back; on one movement of each purchase and each refund.
    waived : int | None
        How many points were forgiven.
    until : datetime | None
        Until when points are set aside, or owed because they are.
    """

    id: Id
    member: CustomerId
    kind: MovementKind
    at: datetime
    recorded: datetime
    points: int
    programme: ProgrammeId
    version: int
    unit: str
    lot: Id
    available_at: datetime | None = None
    expires_at: datetime | None = None
    cause: Id
    of: Id | None = None
    because: Id | None = None
    rule: str | None = None
    reason: str | None = None
    amount: Money | None = None
    waived: int | None = None
    until: datetime | None = None


@model
class PointsDecision:
    """What was decided: the movements to be written. There are none when everything is written already.

    Attributes
    ----------
    movements : Sequence[Movement]
        The movements, in the order of their instants.
    refused : Sequence[Refusal]
        What the programme refuses of all that was to be caught up with; nothing else refuses in part.
    """

    movements: Sequence[Movement]
    refused: Sequence[Refusal]


@model
class PurchaseLine:
    """One line of a purchase.

    Attributes
    ----------
    number : int
        Its number, unique within the purchase; refunds name it.
    product : str | None
        The product's code.
    category : str | None
        The product's category.
    quantity : int
        How many items.
    amount : Money
        What was charged for all of them.
    list_amount : Money | None
        What they would have cost without discounts.
    """

    number: int
    product: str | None = None
    category: str | None = None
    quantity: int
    amount: Money
    list_amount: Money | None = None


@model
class Purchase:
    """A purchase.

    Attributes
    ----------
    id : Id
        Which one. A purchase earns once, however often it is delivered.
    member : CustomerId
        The buyer.
    at : datetime
        When.
    amount : Money
        What was charged in all; not negative.
    items : int | None
        How many items in all, if that is known; those on no line belong to no category and are no product.
    lines : Sequence[PurchaseLine]
        What was bought, in the currency of the amount. May be empty; what is missing to the amount belongs to no
        category and is no product.
    points_paid : Money | None
        How much of the amount was paid with points. It earns nothing unless a rule says otherwise.
    held : bool
        Whether its points wait until somebody confirms them: that it was delivered, or that the time for returns is
        over.
    channel : Channel | None
        The channel, for filters.
    partner : str | None
        The partner of a coalition at whom it was made, for filters.
    segments : Sequence[str]
        The segments that the buyer belonged to then, for filters.
    """

    id: Id
    member: CustomerId
    at: datetime
    amount: Money
    items: int | None = None
    lines: Sequence[PurchaseLine] = ()
    points_paid: Money | None = None
    held: bool = False
    channel: Channel | None = None
    partner: str | None = None
    segments: Sequence[str] = ()


@model
class Redemption:
    """A member's wish to spend points.

    Attributes
    ----------
    id : Id
        Which one. A redemption is made once, however often it is delivered.
    member : CustomerId
        Whose points.
    unit : str | None
        The unit; the programme's first if none is named.
    points : int
        How many; positive.
    at : datetime
        When.
    """

    id: Id
    member: CustomerId
    unit: str | None = None
    points: int
    at: datetime


@model
class RefundLine:
    """What was paid back for one line.

    Attributes
    ----------
    number : int
        The number of the line in its purchase.
    amount : Money
        How much was paid back; positive.
    """

    number: int
    amount: Money


@model
class Refund:
    """A refund of a purchase, or of a part of it.

    Attributes
    ----------
    id : Id
        Which one.
    purchase : Id
        The purchase.
    at : datetime
        When.
    amount : Money
        What was paid back in all; positive.
    lines : Sequence[RefundLine]
        How much of it for which line of the purchase. What is on no line is a share of all of them.
    """

    id: Id
    purchase: Id
    at: datetime
    amount: Money
    lines: Sequence[RefundLine] = ()


@model
class TierGoal:
    """A tier to be reached.

    Attributes
    ----------
    tier : str
        The tier.
    missing : int
        What is missing: points, minor units or purchases.
    """

    tier: str
    missing: int


@model
class TierStanding:
    """Where a member stands on the ladder.

    Attributes
    ----------
    tier : str | None
        The tier; nothing below the first.
    since : datetime | None
        Since when; nothing if since ever.
    value : int
        What counts now, in the present window: points, minor units or purchases.
    next : TierGoal | None
        The next tier and what is missing to it; nothing in the highest.
    ends : datetime | None
        When the tier falls if nothing more happens; nothing if never.
    lands_in : str | None
        The tier from then on if nothing more happens; nothing below the first, or if it never falls.
    keep : int | None
        What must be added now so that it does not fall then; nothing if nothing added now would help.
    """

    tier: str | None = None
    since: datetime | None = None
    value: int
    next: TierGoal | None = None
    ends: datetime | None = None
    lands_in: str | None = None
    keep: int | None = None


@model
class Standing:
    """All that is commonly asked about a member at one instant.

    Attributes
    ----------
    balance : Balance
        What the member has of the programme's first unit.
    expiring : Sequence[Expiring]
        The points of that unit that will expire, the soonest first.
    expiring_soon : int
        How many of the points that can be spent now expire within 30 calendar days.
    tier : TierStanding | None
        The place on the ladder, if the programme has one.
    """

    balance: Balance
    expiring: Sequence[Expiring]
    expiring_soon: int
    tier: TierStanding | None = None


@model
class StatementLine:
    """One thing that moved points.

    Attributes
    ----------
    at : datetime
        When it took effect.
    kind : MovementKind
        What it did.
    points : int
        By how much the total grew.
    total : int
        The total after it: all points, less what is owed.
    cause : Id
        What it happened for: the purchase, refund, redemption, cancellation or adjustment; the lot when the clock
        did it.
    rule : str | None
        The rule that awarded the points.
    reason : str | None
        Why somebody moved points by hand.
    version : int
        The version of the programme that was in force.
    because : Id | None
        For a correction: what was heard of late.
    waived : int
        How many points were forgiven.
    lots : Sequence[LotShare]
        From which lots the points were taken, or to which they were added.
    """

    at: datetime
    kind: MovementKind
    points: int
    total: int
    cause: Id
    rule: str | None = None
    reason: str | None = None
    version: int
    because: Id | None = None
    waived: int
    lots: Sequence[LotShare]


@model
class Statement:
    """A statement over a window.

    Attributes
    ----------
    member : CustomerId
        Whose it is.
    programme : ProgrammeId
        The programme.
    unit : str
        The unit.
    window : Window
        The window.
    opening : Balance
        What was there just before the window began.
    lines : Sequence[StatementLine]
        What moved, in the order of time. The points of all lines add up to the difference of the totals.
    closing : Balance
        What was there just before the window ended.
    expiring : Sequence[Expiring]
        What will expire of it, the soonest first.
    """

    member: CustomerId
    programme: ProgrammeId
    unit: str
    window: Window
    opening: Balance
    lines: Sequence[StatementLine]
    closing: Balance
    expiring: Sequence[Expiring]


@model
class Violation:
    """A promise that the facts of a ledger break.

    Attributes
    ----------
    invariant : Invariant
        The promise.
    facts : Sequence[Id]
        The facts concerned, in the order of their ids.
    """

    invariant: Invariant
    facts: Sequence[Id]


@model
class Version:
    """A published definition. It never changes: who wants something else publishes another version.

    Attributes
    ----------
    number : int
        Its number, from 1.
    from_ : datetime
        It applies to what happens at this instant or later, until the next version does.
    content : Id
        A fingerprint of the definition: equal for equal definitions.
    definition : Definition
        What it promises.
    """

    number: int
    from_: datetime
    content: Id
    definition: Definition


@model
class Programme:
    """A programme: its versions, the oldest first.

    Attributes
    ----------
    id : ProgrammeId
        Which one.
    versions : Sequence[Version]
        The versions.
    """

    id: ProgrammeId
    versions: Sequence[Version]


@model
class Ledger:
    """Every movement of one member's points, in any programme.

    Attributes
    ----------
    movements : Sequence[Movement]
        The movements.
    unreadable : Sequence[Id]
        Facts that are no movements.
    """

    movements: Sequence[Movement]
    unreadable: Sequence[Id]


@model
class RuleOutcomeAwards:
    """It applies and awards so many points; 0 if the amount is too small for one.

    Attributes
    ----------
    value : int
        What the variant holds.
    """

    _tag: ClassVar[str] = "awards"
    _bare: ClassVar[bool] = True
    value: int


@model
class RuleOutcomeIncomplete:
    """A mission or streak lacks so many more times or periods; 0 if it was rewarded for something later.

    Attributes
    ----------
    missing : int
        How many.
    """

    _tag: ClassVar[str] = "incomplete"
    missing: int


RuleOutcome: TypeAlias = (
    Literal[
        "not_about_purchases",
        "too_early",
        "too_late",
        "other_tier",
        "other_currency",
        "nothing_eligible",
        "below_minimum",
        "group_taken",
        "not_first",
        "nothing_to_add_to",
        "cap_reached",
        "stopped",
    ]
    | RuleOutcomeAwards
    | RuleOutcomeIncomplete
)
"""Whether a rule applies, and if not, why."""


@model
class Contribution:
    """What one rule says to one purchase.

    Attributes
    ----------
    rule : str
        The rule.
    unit : str
        The unit that it awards.
    outcome : RuleOutcome
        What it says.
    """

    rule: str
    unit: str
    outcome: RuleOutcome


@model
class MemberDifference:
    """One member, now and as it would be.

    Attributes
    ----------
    member : CustomerId
        Who.
    points : int
        By how many points of the first unit the member would have more.
    present : str | None
        The tier under the present programme.
    changed : str | None
        The tier under the changed programme.
    """

    member: CustomerId
    points: int
    present: str | None = None
    changed: str | None = None


@model
class UnitPoints:
    """Points of one unit.

    Attributes
    ----------
    unit : str
        The unit.
    points : int
        How many.
    """

    unit: str
    points: int


@model
class Simulation:
    """What a purchase would earn, and what each rule says to it.

    Attributes
    ----------
    version : int | None
        The version of the programme that would apply; nothing before the first, when nothing is earned.
    known : bool
        Whether the purchase has earned already. It would not earn again.
    tier : str | None
        The tier in which it would be made.
    rules : Sequence[Contribution]
        What each rule says, in the order in which they are considered.
    points : Sequence[UnitPoints]
        The points that it would earn, in the order of the programme's units; units without any are left out.
    after : TierStanding | None
        The place on the ladder right after it, if the programme has one.
    """

    version: int | None = None
    known: bool
    tier: str | None = None
    rules: Sequence[Contribution]
    points: Sequence[UnitPoints]
    after: TierStanding | None = None


@model
class TierChange:
    """A change of tier.

    Attributes
    ----------
    at : datetime
        When.
    tier : str | None
        The tier from then on; nothing below the first.
    """

    at: datetime
    tier: str | None = None


@model
class TierShift:
    """Members who go from one tier to another, or stay.

    Attributes
    ----------
    present : str | None
        The tier under the present programme.
    changed : str | None
        The tier under the changed programme.
    members : int
        How many.
    """

    present: str | None = None
    changed: str | None = None
    members: int


@model
class UnitDifference:
    """One unit, now and as it would be.

    Attributes
    ----------
    unit : str
        The unit.
    present : Liability | None
        Under the present programme; nothing if it does not have the unit.
    changed : Liability | None
        Under the changed programme.
    """

    unit: str
    present: Liability | None = None
    changed: Liability | None = None


@model
class WhatIf:
    """What would be different if a changed programme had applied.

    Both programmes are replayed over the same history, in the order of time, so that every difference comes from
    the change and none from when things were heard of.

    Attributes
    ----------
    at : datetime
        The instant at which both are compared.
    members : int
        The members with a history.
    gaining : int
        Members who would have more points of the first unit.
    losing : int
        Members who would have fewer points of the first unit.
    units : Sequence[UnitDifference]
        Points and what they cost, unit by unit.
    tiers : Sequence[TierShift]
        How many members are in which tier now, and in which they would be: those who stay included.
    largest : Sequence[MemberDifference]
        The members whose points of the first unit differ most, at most 20.
    refused : Sequence[Refusal]
        What the changed programme would have refused and the present one does not.
    """

    at: datetime
    members: int
    gaining: int
    losing: int
    units: Sequence[UnitDifference]
    tiers: Sequence[TierShift]
    largest: Sequence[MemberDifference]
    refused: Sequence[Refusal]


@model
class CapPerCalendar:
    """A day, week, month, quarter or year of the programme's zone.

    Attributes
    ----------
    value : CalendarUnit
        What the variant holds.
    """

    _tag: ClassVar[str] = "calendar"
    _bare: ClassVar[bool] = True
    value: CalendarUnit


CapPer: TypeAlias = Literal["purchase", "ever"] | CapPerCalendar
"""Within what a cap holds."""


@model
class Cap:
    """The most that a rule, or all rules of a unit together, award one member.

    What was awarded counts when it was awarded, whether or not a refund has taken it back since.

    Attributes
    ----------
    points : int | None
        At most so many points. An award that would exceed them is cut.
    times : int | None
        At most so many awards.
    per : CapPer
        Within what.
    """

    points: int | None = None
    times: int | None = None
    per: CapPer


@model
class Reward:
    """Something that members can claim for points, or for nothing: then it is an offer.

    Attributes
    ----------
    name : str
        Its name, unique within the programme.
    doc : str
        A description, for people.
    unit : str | None
        The unit of its price; the programme's first if none is named.
    points : int
        Its price in points; 0 for an offer.
    money : Money | None
        What the member pays in money besides. The host takes the payment.
    worth : Money | None
        What one is worth to the business, for the budget.
    budget : Money | None
        The most that all that were claimed and not cancelled may be worth together.
    stock : int | None
        How many there are in all; as many as are wanted if nothing is said.
    per_member : int | None
        How many one member may claim.
    tiers : Sequence[str]
        Only for members in one of these tiers, unless empty.
    segments : Sequence[str]
        Only for members of one of these segments, unless empty.
    from_ : datetime | None
        Only at this instant or later.
    until : datetime | None
        Only before this instant.
    valid : Period | None
        How long after the claim its voucher can be used, to the time of the day in the programme's zone; for ever if
        nothing is said.
    """

    name: str
    doc: str = ""
    unit: str | None = None
    points: int = 0
    money: Money | None = None
    worth: Money | None = None
    budget: Money | None = None
    stock: int | None = None
    per_member: int | None = None
    tiers: Sequence[str] = ()
    segments: Sequence[str] = ()
    from_: datetime | None = None
    until: datetime | None = None
    valid: Period | None = None


@model
class Activity:
    """Something other than a purchase that a member did or that happened to the member: a review, a birthday, the referral of a friend.

    Rules say what it earns.

    Attributes
    ----------
    id : Id
        Which one. An activity earns once, however often it is delivered.
    member : CustomerId
        Who.
    at : datetime
        When.
    activity : str
        What, in a word of the host's.
    with_ : CustomerId | None
        The other customer in it: the friend who was referred. It is somebody else than the member, and earns once for
        each such customer, whatever the id.
    """

    id: Id
    member: CustomerId
    at: datetime
    activity: str
    with_: CustomerId | None = None


@model
class Claim:
    """A member's wish to have a reward.

    Attributes
    ----------
    id : Id
        Which one. A claim is granted once, however often it is delivered.
    member : CustomerId
        Who.
    reward : str
        The reward.
    at : datetime
        When.
    segments : Sequence[str]
        The segments that the member belongs to, for rewards that are for some.
    """

    id: Id
    member: CustomerId
    reward: str
    at: datetime
    segments: Sequence[str] = ()


@model
class VoucherUse:
    """The use of a voucher: it is handed in, or what it stands for is handed over.

    Attributes
    ----------
    id : Id
        Which one. A use that is delivered again is the same use.
    code : str
        The code, as it was typed.
    at : datetime
        When.
    """

    id: Id
    code: str
    at: datetime


@model
class Voucher:
    """A reward that was claimed. It can be used once, until it is used, cancelled or over.

    Attributes
    ----------
    id : Id
        The claim.
    programme : ProgrammeId
        The programme.
    member : CustomerId
        Whose it is.
    reward : str
        The reward.
    version : int
        The version of the programme under which it was claimed.
    code : str
        The code that it is used with. Whoever knows it can use the voucher.
    points : int
        What it cost in points. The claim is the cause of the redemption.
    money : Money | None
        What is paid in money besides.
    worth : Money | None
        What it is worth to the business.
    claimed_at : datetime
        When it was claimed.
    valid_until : datetime | None
        It can be used before this instant; for ever if there is none.
    used_at : datetime | None
        When it was used.
    used_by : Id | None
        By which use.
    cancelled_at : datetime | None
        When it was cancelled.
    """

    id: Id
    programme: ProgrammeId
    member: CustomerId
    reward: str
    version: int
    code: str
    points: int
    money: Money | None = None
    worth: Money | None = None
    claimed_at: datetime
    valid_until: datetime | None = None
    used_at: datetime | None = None
    used_by: Id | None = None
    cancelled_at: datetime | None = None


@model
class RewardOutcomeTooFewPoints:
    """The member has too few points.

    Attributes
    ----------
    missing : int
        How many are missing.
    """

    _tag: ClassVar[str] = "too_few_points"
    missing: int


RewardOutcome: TypeAlias = (
    Literal[
        "available", "too_early", "too_late", "other_tier", "other_segment", "sold_out", "budget_spent", "limit_reached"
    ]
    | RewardOutcomeTooFewPoints
)
"""Whether a reward can be claimed, and if not, why."""


@model
class RewardOffer:
    """A reward in the eyes of one member.

    Attributes
    ----------
    reward : str
        The reward.
    unit : str
        The unit of its price.
    points : int
        Its price in points.
    money : Money | None
        What is paid in money besides.
    left : int | None
        How many are left, for the member and in all; nothing if there is no limit.
    outcome : RewardOutcome
        Whether the member can claim it, and if not, why.
    """

    reward: str
    unit: str
    points: int
    money: Money | None = None
    left: int | None = None
    outcome: RewardOutcome


@model
class TierFlow:
    """Members who went from one tier to another, or stayed.

    Attributes
    ----------
    from_ : str | None
        The tier when the window began; nothing below the first.
    to : str | None
        The tier when it ended.
    members : int
        How many.
    """

    from_: str | None = None
    to: str | None = None
    members: int


@model
class BreakageEstimate:
    """The share of points that are never spent, with its uncertainty.

    Members, not points, are what varies: one member's points are spent or forgotten together. The share is the ratio of
    two sums over members, and its interval follows from how members differ from it (Cochran, *Sampling Techniques*,
    third edition, section 6.4: the variance of a ratio estimate).

    Attributes
    ----------
    rate : float
        Expired points for each point whose life is over.
    low : float
        The lower end of its 95 % interval; not below 0.
    high : float
        The upper end; not above 1.
    points : int
        The points whose life is over.
    members : int
        The members who had them.
    """

    rate: float
    low: float
    high: float
    points: int
    members: int


@model
class ProgrammeReport:
    """How a programme did in a window, in one unit.

    Attributes
    ----------
    programme : ProgrammeId
        The programme.
    unit : str
        The unit.
    window : Window
        The window.
    issued : int
        Points that rules awarded, and those that were given by hand.
    reversed : int
        Points that refunds took back, those that members owe included.
    redeemed : int
        Points that were spent, or taken by hand, less those that were given back.
    expired : int
        Points that expired.
    cost : Money | None
        What the redeemed points cost, if the unit says what points cost.
    redemption_rate : float | None
        Redeemed points for each point that was issued and not reversed; nothing if there is none.
    members : int
        Members who had any movement before the window ended.
    active : int
        Members who earned or spent in the window.
    redeeming : int
        Members who spent in the window.
    tiers : Sequence[TierFlow]
        How many members were in which tier when the window began, and in which when it ended: those who stayed
        included.
    breakage : BreakageEstimate | None
        The share of points that are never spent, estimated from the points whose life was over when the window ended;
        nothing if fewer than two members had any.
    """

    programme: ProgrammeId
    unit: str
    window: Window
    issued: int
    reversed: int
    redeemed: int
    expired: int
    cost: Money | None = None
    redemption_rate: float | None = None
    members: int
    active: int
    redeeming: int
    tiers: Sequence[TierFlow]
    breakage: BreakageEstimate | None = None


@model
class Reservation:
    """Points that are set aside for a while, for a purchase that is not finished.

    Attributes
    ----------
    id : Id
        Which one. A reservation is made once, however often it is delivered.
    member : CustomerId
        Whose points.
    unit : str | None
        The unit; the programme's first if none is named.
    points : int
        How many.
    at : datetime
        When.
    until : datetime
        Until when, unless they are captured or released before: not at this instant any more.
    """

    id: Id
    member: CustomerId
    unit: str | None = None
    points: int
    at: datetime
    until: datetime


@model
class Capture:
    """The use of points that were set aside: they are spent.

    Attributes
    ----------
    id : Id
        Which one. It is a redemption, and can be cancelled as one.
    reservation : Id
        The reservation.
    points : int | None
        How many points are spent; all that were set aside if none are named. The others are given back.
    at : datetime
        When.
    """

    id: Id
    reservation: Id
    points: int | None = None
    at: datetime


@model
class Transfer:
    """Points that one member gives another.

    Attributes
    ----------
    id : Id
        Which one. A transfer is made once, however often it is delivered.
    from_ : CustomerId
        Who gives.
    to : CustomerId
        Who receives.
    unit : str | None
        The unit; the programme's first if none is named.
    points : int
        How many.
    at : datetime
        When.
    """

    id: Id
    from_: CustomerId
    to: CustomerId
    unit: str | None = None
    points: int
    at: datetime
