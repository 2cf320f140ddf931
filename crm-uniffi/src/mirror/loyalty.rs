//! What members earned.

use crm_core::base::*;
use crm_core::crm::CaughtUp;
use crm_core::loyalty::*;

/// What a loyalty programme promises: data that can be written by hand, stored, compared and sent.
#[uniffi::remote(Record)]
pub struct Definition {
    /// The programme's name, for people.
    pub name: Name,
    /// A description, for people. It changes nothing.
    pub doc: Text,
    /// The zone in which its days, months and years begin.
    pub zone: Zone,
    /// Its point units, the default one first.
    pub units: Vec<Unit>,
    /// Its earning rules.
    #[uniffi(default)]
    pub rules: Vec<Rule>,
    /// Its tiers, if it has any.
    #[uniffi(default)]
    pub tiers: Option<Ladder>,
    /// What members can claim for their points.
    #[uniffi(default)]
    pub rewards: Vec<Reward>,
}

/// One sort of points of a programme, and the life that its points lead.
#[uniffi::remote(Record)]
#[uniffi(name = "PointsUnit")]
pub struct Unit {
    /// Its name, unique within the programme (`points`, `status_miles`).
    pub name: Name,
    /// Whether its points can be redeemed. Points that cannot only count, for a tier.
    #[uniffi(default)]
    pub redeemable: bool,
    /// How long points wait before they can be redeemed. Refunds take waiting points, too.
    pub pending: Period,
    /// When points expire.
    pub expiry: Expiry,
    /// Which points are spent first.
    pub order: SpendOrder,
    /// What happens when a refund finds its points spent.
    pub shortfall: Shortfall,
    /// What points cost the business when they are redeemed.
    #[uniffi(default)]
    pub cost: Option<Cost>,
    /// The share of outstanding points that is expected never to be redeemed, in hundredths of a percent.
    #[uniffi(default)]
    pub breakage: u32,
    /// The most that all rules together award one member in this unit.
    #[uniffi(default)]
    pub caps: Vec<Cap>,
    /// The most that one member redeems. What was cancelled counts, too.
    #[uniffi(default)]
    pub redeem_caps: Vec<Cap>,
    /// An award of more points than this waits until somebody has looked at it and confirms it.
    #[uniffi(default)]
    pub review_over: Option<i64>,
    /// Whether members may give its points to each other.
    #[uniffi(default)]
    pub transferable: bool,
}

/// What points cost: an amount for a number of points.
#[uniffi::remote(Record)]
pub struct Cost {
    /// The amount.
    pub amount: Money,
    /// For how many points.
    pub points: u32,
}

/// When points expire. They can be spent before the instant of their expiry, not at it.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Expiry {
    /// Never.
    Never,
    /// A period after they were earned, at the same time of the day in the programme's zone.
    After(Period),
    /// A period after the day on which they were earned, at the end of that day in the programme's zone.
    AfterDay(Period),
    /// At the end of the month, quarter or year in which they were earned, or of a later one, in the programme's zone.
    EndOf {
        /// The stretch of the calendar.
        unit: CalendarUnit,
        /// How many stretches later; 0 is the one in which they were earned.
        plus: u16,
    },
    /// At the end of one day, whenever they were earned.
    On(Date),
}

/// Which points are spent first.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum SpendOrder {
    /// Those that expire first; of these, those that became available first.
    ExpiringFirst,
    /// Those that became available first; of these, those that expire first.
    OldestFirst,
}

/// What happens when a refund takes back points that have been spent.
///
/// Points of the refunded order that are still there are always taken first, and those that expired count as taken.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Shortfall {
    /// What is missing is waived.
    Waive,
    /// It is taken from the member's other points as far as they reach; the rest is waived.
    TakeOthers,
    /// It is taken from the member's other points; the rest is owed, and repaid by the next points.
    Owe,
}

/// One way to earn points.
///
/// Rules are considered in the order of their priority, the highest first, and of their names where priorities are
/// equal. The order in which they were written or edited never matters.
#[uniffi::remote(Record)]
pub struct Rule {
    /// Its name, unique within the programme. Points that were earned name it for ever.
    pub name: Name,
    /// The unit that it awards; the programme's first if it names none.
    #[uniffi(default)]
    pub unit: Option<Name>,
    /// How many points it awards.
    pub earn: Earn,
    /// Its place among the rules; higher ones come first.
    #[uniffi(default)]
    pub priority: i32,
    /// Of all rules of one group only the first that applies awards points. A rule without a group stands alone.
    #[uniffi(default)]
    pub group: Option<Name>,
    /// What must be true for it to apply.
    pub when: When,
    /// Whether the multiplier of the member's tier applies to it.
    #[uniffi(default)]
    pub tiered: bool,
    /// The most that it awards one member.
    #[uniffi(default)]
    pub caps: Vec<Cap>,
    /// Whether the part of an amount that was paid with points counts, too.
    #[uniffi(default)]
    pub counts_points_paid: bool,
    /// Whether no rule after it is considered when it awards points.
    #[uniffi(default)]
    pub stop: bool,
}

/// How many points a rule awards.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Earn {
    /// Points for every so much of the amount: of all eligible lines together, rounded once, after the tier's
    /// multiplier.
    PerAmount {
        /// The points.
        points: u32,
        /// For how much money. The rule does not apply to purchases in another currency.
        per: Money,
        /// What becomes of a part of a point.
        rounding: Rounding,
        /// Which amount counts.
        basis: AmountBasis,
    },
    /// Points for every eligible item.
    PerItem {
        /// The points.
        points: u32,
    },
    /// Points for the purchase, however large.
    PerPurchase {
        /// The points.
        points: u32,
    },
    /// Points for joining the programme.
    SignUp {
        /// The points.
        points: u32,
    },
    /// A share of what other rules award for the same purchase, rounded down: 100 percent doubles the points. The rules
    /// must be considered before it, by a higher priority or an earlier name.
    Bonus {
        /// The share.
        percent: u32,
        /// The rules.
        of: Vec<Name>,
    },
    /// Points for an activity: a review, a birthday, the referral of a friend.
    PerActivity {
        /// Which one, in a word of the host's.
        activity: Name,
        /// The points.
        points: u32,
    },
    /// Points whenever something has been done so many times within a period. Everything counts for one award only.
    Mission {
        /// The points.
        points: u32,
        /// What counts: an activity; purchases if none is named.
        activity: Option<Name>,
        /// How many times.
        times: u32,
        /// Within which period, that ends with the last time; ever if none is named.
        within: Option<Period>,
    },
    /// Points whenever something has been done in so many calendar periods in a row, at least once in each. Every period
    /// counts for one award only.
    Streak {
        /// The points.
        points: u32,
        /// What counts: an activity; purchases if none is named.
        activity: Option<Name>,
        /// How many periods in a row.
        periods: u32,
        /// Which periods of the programme's zone.
        unit: CalendarUnit,
    },
}

/// Which amount of a line counts.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum AmountBasis {
    /// What was charged.
    Charged,
    /// What it would have cost without discounts, where the line says it; else what was charged.
    List,
}

/// What must be true for a rule to apply.
///
/// A line is eligible when it passes the tests of category and product. The part of a purchase that is on no line
/// belongs to no category and is no product.
#[uniffi::remote(Record)]
pub struct When {
    /// Only lines of these categories, unless empty.
    #[uniffi(default)]
    pub categories: Vec<Text>,
    /// No lines of these categories.
    #[uniffi(default)]
    pub except_categories: Vec<Text>,
    /// Only lines of these products, unless empty.
    #[uniffi(default)]
    pub products: Vec<Text>,
    /// No lines of these products.
    #[uniffi(default)]
    pub except_products: Vec<Text>,
    /// Only when the eligible lines come to this charged amount or more.
    #[uniffi(default)]
    pub minimum: Option<Money>,
    /// Only for members in one of these tiers, unless empty.
    #[uniffi(default)]
    pub tiers: Vec<Name>,
    /// Only for purchases at this instant or later.
    #[uniffi(default)]
    pub from: Option<Timestamp>,
    /// Only for purchases before this instant.
    #[uniffi(default)]
    pub until: Option<Timestamp>,
    /// Only for the first purchase that is known of the member.
    #[uniffi(default)]
    pub first_purchase: bool,
    /// Only lines for which this expression of the segment language is true, with the fields of
    /// `filter_catalogue`: `purchase.weekday = "sunday" and line.amount >= 5.00 EUR`.
    #[uniffi(default)]
    pub filter: Option<Text>,
}

/// The most that a rule, or all rules of a unit together, award one member.
///
/// What was awarded counts when it was awarded, whether or not a refund has taken it back since.
#[uniffi::remote(Record)]
pub struct Cap {
    /// At most so many points. An award that would exceed them is cut.
    #[uniffi(default)]
    pub points: Option<i64>,
    /// At most so many awards.
    #[uniffi(default)]
    pub times: Option<u32>,
    /// Within what.
    pub per: CapPer,
}

/// Within what a cap holds.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum CapPer {
    /// One purchase, activity or joining.
    Purchase,
    /// A day, week, month, quarter or year of the programme's zone.
    Calendar(CalendarUnit),
    /// For ever.
    Ever,
}

/// Something that members can claim for points, or for nothing: then it is an offer.
#[uniffi::remote(Record)]
pub struct Reward {
    /// Its name, unique within the programme.
    pub name: Name,
    /// A description, for people.
    pub doc: Text,
    /// The unit of its price; the programme's first if none is named.
    #[uniffi(default)]
    pub unit: Option<Name>,
    /// Its price in points; 0 for an offer.
    #[uniffi(default)]
    pub points: i64,
    /// What the member pays in money besides. The host takes the payment.
    #[uniffi(default)]
    pub money: Option<Money>,
    /// What one is worth to the business, for the budget.
    #[uniffi(default)]
    pub worth: Option<Money>,
    /// The most that all that were claimed and not cancelled may be worth together.
    #[uniffi(default)]
    pub budget: Option<Money>,
    /// How many there are in all; as many as are wanted if nothing is said.
    #[uniffi(default)]
    pub stock: Option<u32>,
    /// How many one member may claim.
    #[uniffi(default)]
    pub per_member: Option<u32>,
    /// Only for members in one of these tiers, unless empty.
    #[uniffi(default)]
    pub tiers: Vec<Name>,
    /// Only for members of one of these segments, unless empty.
    #[uniffi(default)]
    pub segments: Vec<Name>,
    /// Only at this instant or later.
    #[uniffi(default)]
    pub from: Option<Timestamp>,
    /// Only before this instant.
    #[uniffi(default)]
    pub until: Option<Timestamp>,
    /// How long after the claim its voucher can be used, to the time of the day in the programme's zone; for ever if nothing
    /// is said.
    #[uniffi(default)]
    pub valid: Option<Period>,
}

/// A reward in the eyes of one member.
#[uniffi::remote(Record)]
pub struct RewardOffer {
    /// The reward.
    pub reward: Name,
    /// The unit of its price.
    pub unit: Name,
    /// Its price in points.
    pub points: i64,
    /// What is paid in money besides.
    #[uniffi(default)]
    pub money: Option<Money>,
    /// How many are left, for the member and in all; nothing if there is no limit.
    #[uniffi(default)]
    pub left: Option<u32>,
    /// Whether the member can claim it, and if not, why.
    pub outcome: RewardOutcome,
}

/// Whether a reward can be claimed, and if not, why.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum RewardOutcome {
    /// It can be claimed.
    Available,
    /// It is before its time.
    TooEarly,
    /// It is after its time.
    TooLate,
    /// The member is in none of its tiers.
    OtherTier,
    /// The member belongs to none of its segments.
    OtherSegment,
    /// None are left.
    SoldOut,
    /// The budget does not cover another one.
    BudgetSpent,
    /// The member has claimed as many as one may.
    LimitReached,
    /// The member has too few points.
    TooFewPoints {
        /// How many are missing.
        missing: i64,
    },
}

/// A member's wish to have a reward.
#[uniffi::remote(Record)]
pub struct Claim {
    /// Which one. A claim is granted once, however often it is delivered.
    pub id: Id,
    /// Who.
    pub member: CustomerId,
    /// The reward.
    pub reward: Name,
    /// When.
    pub at: Timestamp,
    /// The segments that the member belongs to, for rewards that are for some.
    #[uniffi(default)]
    pub segments: Vec<Name>,
}

/// The use of a voucher: it is handed in, or what it stands for is handed over.
#[uniffi::remote(Record)]
pub struct VoucherUse {
    /// Which one. A use that is delivered again is the same use.
    pub id: Id,
    /// The code, as it was typed.
    pub code: Text,
    /// When.
    pub at: Timestamp,
}

/// A reward that was claimed. It can be used once, until it is used, cancelled or over.
#[uniffi::remote(Record)]
pub struct Voucher {
    /// The claim.
    pub id: Id,
    /// The programme.
    pub programme: ProgrammeId,
    /// Whose it is.
    pub member: CustomerId,
    /// The reward.
    pub reward: Name,
    /// The version of the programme under which it was claimed.
    pub version: u32,
    /// The code that it is used with. Whoever knows it can use the voucher.
    pub code: Text,
    /// What it cost in points. The claim is the cause of the redemption.
    pub points: i64,
    /// What is paid in money besides.
    #[uniffi(default)]
    pub money: Option<Money>,
    /// What it is worth to the business.
    #[uniffi(default)]
    pub worth: Option<Money>,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// It can be used before this instant; for ever if there is none.
    #[uniffi(default)]
    pub valid_until: Option<Timestamp>,
    /// When it was used.
    #[uniffi(default)]
    pub used_at: Option<Timestamp>,
    /// By which use.
    #[uniffi(default)]
    pub used_by: Option<Id>,
    /// When it was cancelled.
    #[uniffi(default)]
    pub cancelled_at: Option<Timestamp>,
}

/// The tiers of a programme.
///
/// A member's tier is a function of what the member did and of the clock. It rises the moment a threshold is reached,
/// reaching it exactly included. It falls only when a qualifying period, and the grace after it, is over.
#[uniffi::remote(Record)]
pub struct Ladder {
    /// What counts.
    pub basis: Basis,
    /// When it counts.
    pub window: Qualifying,
    /// For how many further calendar periods, or years, a tier is kept after the one in which it was reached. Without
    /// meaning for other windows.
    #[uniffi(default)]
    pub keep: u16,
    /// How long after its end a tier is still granted.
    pub grace: Period,
    /// Whether a member falls by one tier at a time. Each tier is then held until the next review: the end of the next
    /// calendar period or year, or of another grace.
    #[uniffi(default)]
    pub soft_landing: bool,
    /// Whether a refund that takes a member below a threshold takes the tier at once, without grace or landing. If not,
    /// a tier once reached is kept to the end of its period.
    #[uniffi(default)]
    pub refunds_demote: bool,
    /// The tiers, the lowest first. Below the first threshold a member has no tier.
    pub tiers: Vec<Tier>,
}

/// One tier.
#[uniffi::remote(Record)]
pub struct Tier {
    /// Its name, unique within the programme.
    pub name: Name,
    /// What it takes: points, minor units of money, or purchases.
    pub threshold: i64,
    /// What points are multiplied by when its members earn them, in percent.
    #[uniffi(default)]
    pub multiplier: u32,
}

/// What counts towards a tier.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Basis {
    /// Points of a unit that were earned, less those that refunds took back. Redemption, expiry and adjustment do not
    /// matter.
    Points {
        /// The unit.
        unit: Name,
    },
    /// Money spent in one currency, less refunds. Purchases in another currency do not count.
    Spend {
        /// The currency.
        currency: Currency,
    },
    /// Purchases that were not refunded entirely.
    Purchases,
}

/// When something counts towards a tier. Refunds count when their purchases do.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Qualifying {
    /// In the calendar period of the programme's zone in which it happened. Every period begins at zero.
    Calendar(CalendarUnit),
    /// In the year in which it happened, counted from the day of the first thing that counted for the member, in the
    /// programme's zone. Every year begins at zero.
    Anniversary,
    /// From the moment it happened until a period later, at the same time of the day in the programme's zone.
    Rolling(Period),
    /// For ever.
    Lifetime,
}

/// A purchase.
#[uniffi::remote(Record)]
pub struct Purchase {
    /// Which one. A purchase earns once, however often it is delivered.
    pub id: Id,
    /// The buyer.
    pub member: CustomerId,
    /// When.
    pub at: Timestamp,
    /// What was charged in all; not negative.
    pub amount: Money,
    /// How many items in all, if that is known; those on no line belong to no category and are no product.
    #[uniffi(default)]
    pub items: Option<i64>,
    /// What was bought, in the currency of the amount. May be empty; what is missing to the amount belongs to no
    /// category and is no product.
    #[uniffi(default)]
    pub lines: Vec<PurchaseLine>,
    /// How much of the amount was paid with points. It earns nothing unless a rule says otherwise.
    #[uniffi(default)]
    pub points_paid: Option<Money>,
    /// Whether its points wait until somebody confirms them: that it was delivered, or that the time for returns is over.
    #[uniffi(default)]
    pub held: bool,
    /// The channel, for filters.
    #[uniffi(default)]
    pub channel: Option<Channel>,
    /// The partner of a coalition at whom it was made, for filters.
    #[uniffi(default)]
    pub partner: Option<Name>,
    /// The segments that the buyer belonged to then, for filters.
    #[uniffi(default)]
    pub segments: Vec<Name>,
}

/// One line of a purchase.
#[uniffi::remote(Record)]
pub struct PurchaseLine {
    /// Its number, unique within the purchase; refunds name it.
    pub number: u32,
    /// The product's code.
    #[uniffi(default)]
    pub product: Option<Text>,
    /// The product's category.
    #[uniffi(default)]
    pub category: Option<Text>,
    /// How many items.
    pub quantity: i64,
    /// What was charged for all of them.
    pub amount: Money,
    /// What they would have cost without discounts.
    #[uniffi(default)]
    pub list_amount: Option<Money>,
}

/// A refund of a purchase, or of a part of it.
#[uniffi::remote(Record)]
pub struct Refund {
    /// Which one.
    pub id: Id,
    /// The purchase.
    pub purchase: Id,
    /// When.
    pub at: Timestamp,
    /// What was paid back in all; positive.
    pub amount: Money,
    /// How much of it for which line of the purchase. What is on no line is a share of all of them.
    #[uniffi(default)]
    pub lines: Vec<RefundLine>,
}

/// What was paid back for one line.
#[uniffi::remote(Record)]
pub struct RefundLine {
    /// The number of the line in its purchase.
    pub number: u32,
    /// How much was paid back; positive.
    pub amount: Money,
}

/// A member's wish to spend points.
#[uniffi::remote(Record)]
pub struct Redemption {
    /// Which one. A redemption is made once, however often it is delivered.
    pub id: Id,
    /// Whose points.
    pub member: CustomerId,
    /// The unit; the programme's first if none is named.
    #[uniffi(default)]
    pub unit: Option<Name>,
    /// How many; positive.
    pub points: i64,
    /// When.
    pub at: Timestamp,
}

/// A redemption that is taken back, or a part of it.
#[uniffi::remote(Record)]
pub struct Cancellation {
    /// Which one.
    pub id: Id,
    /// The redemption.
    pub redemption: Id,
    /// How many points are given back; all that are left of it if none are named.
    #[uniffi(default)]
    pub points: Option<i64>,
    /// When.
    pub at: Timestamp,
}

/// Points that somebody gives or takes by hand.
#[uniffi::remote(Record)]
pub struct Adjustment {
    /// Which one.
    pub id: Id,
    /// Whose points.
    pub member: CustomerId,
    /// The unit; the programme's first if none is named.
    #[uniffi(default)]
    pub unit: Option<Name>,
    /// How many are given, or taken if negative. Given points live as earned ones do.
    pub points: i64,
    /// When.
    pub at: Timestamp,
    /// Why, in a word of the host's.
    pub reason: Name,
}

/// Something other than a purchase that a member did or that happened to the member: a review, a birthday, the referral
/// of a friend. Rules say what it earns.
#[uniffi::remote(Record)]
pub struct Activity {
    /// Which one. An activity earns once, however often it is delivered.
    pub id: Id,
    /// Who.
    pub member: CustomerId,
    /// When.
    pub at: Timestamp,
    /// What, in a word of the host's.
    pub activity: Name,
    /// The other customer in it: the friend who was referred. It is somebody else than the member, and earns once for each
    /// such customer, whatever the id.
    #[uniffi(default)]
    pub with: Option<CustomerId>,
}

/// Points that are set aside for a while, for a purchase that is not finished.
#[uniffi::remote(Record)]
pub struct Reservation {
    /// Which one. A reservation is made once, however often it is delivered.
    pub id: Id,
    /// Whose points.
    pub member: CustomerId,
    /// The unit; the programme's first if none is named.
    #[uniffi(default)]
    pub unit: Option<Name>,
    /// How many.
    pub points: i64,
    /// When.
    pub at: Timestamp,
    /// Until when, unless they are captured or released before: not at this instant any more.
    pub until: Timestamp,
}

/// The use of points that were set aside: they are spent.
#[uniffi::remote(Record)]
pub struct Capture {
    /// Which one. It is a redemption, and can be cancelled as one.
    pub id: Id,
    /// The reservation.
    pub reservation: Id,
    /// How many points are spent; all that were set aside if none are named. The others are given back.
    #[uniffi(default)]
    pub points: Option<i64>,
    /// When.
    pub at: Timestamp,
}

/// Points that one member gives another.
#[uniffi::remote(Record)]
pub struct Transfer {
    /// Which one. A transfer is made once, however often it is delivered.
    pub id: Id,
    /// Who gives.
    pub from: CustomerId,
    /// Who receives.
    pub to: CustomerId,
    /// The unit; the programme's first if none is named.
    #[uniffi(default)]
    pub unit: Option<Name>,
    /// How many.
    pub points: i64,
    /// When.
    pub at: Timestamp,
}

/// What a movement does to the points of its lot.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum MovementKind {
    /// Opens a lot with the points that a rule awarded. A movement of no points says that a purchase was looked at
    /// and earned nothing.
    Earned,
    /// Opens a lot with points that somebody gave by hand, or takes points that somebody took.
    Adjusted,
    /// Takes points that were spent.
    Redeemed,
    /// Gives points back of which the redemption was cancelled.
    Restored,
    /// Takes points that are set aside for a while.
    Reserved,
    /// Gives points back that were set aside, or hands them to the redemption for which they were.
    Released,
    /// Takes points that go to another member.
    Transferred,
    /// Opens a lot with points that come from another member. They live as they did there.
    Received,
    /// Moves no points: from now on those of the lot can be spent, for which somebody had to say so.
    Confirmed,
    /// Takes points back because the purchase was refunded.
    Reversed,
    /// Takes points whose time was over.
    Expired,
    /// Moves no points: says how many of a refunded purchase were spent already and are forgiven.
    Waived,
    /// Makes the member owe points.
    Owed,
    /// Takes points to repay what is owed.
    Repaid,
    /// Makes the member owe less, by as much as was repaid.
    Settled,
}

/// One movement of points. Movements are facts: they are written once and never edited. A movement that turns out to be
/// wrong, because something was heard of late, is followed by another one that corrects it.
///
/// Every movement carries the life of its lot, so that sums over movements answer what is available and what expires
/// when without looking at anything else.
#[uniffi::remote(Record)]
pub struct Movement {
    /// Which one. It follows from the programme, the cause and the lot, so that no cause moves points twice.
    pub id: Id,
    /// Whose points.
    pub member: CustomerId,
    /// What it does.
    pub kind: MovementKind,
    /// When it takes effect.
    pub at: Timestamp,
    /// When it was written.
    pub recorded: Timestamp,
    /// By how much the lot grows; negative when it shrinks.
    pub points: i64,
    /// The programme.
    pub programme: ProgrammeId,
    /// The version of the programme that was in force.
    pub version: u32,
    /// The unit of the points.
    pub unit: Name,
    /// The lot that the points are in: the movement that opened it. What a member owes is a lot, too.
    pub lot: Id,
    /// When the lot's points become available; nothing for what is owed.
    #[uniffi(default)]
    pub available_at: Option<Timestamp>,
    /// When the lot's points expire, if they do.
    #[uniffi(default)]
    pub expires_at: Option<Timestamp>,
    /// What it happened for: the purchase, refund, redemption, cancellation or adjustment; the lot itself when the clock
    /// did it.
    pub cause: Id,
    /// What the cause was about: the lot of the refunded purchase, the redemption that was cancelled, the reservation that
    /// ended, or the other member's lot.
    #[uniffi(default)]
    pub of: Option<Id>,
    /// For a correction: what was heard of late.
    #[uniffi(default)]
    pub because: Option<Id>,
    /// The rule that awarded the points.
    #[uniffi(default)]
    pub rule: Option<Name>,
    /// Why somebody moved points by hand, or which activity earned them.
    #[uniffi(default)]
    pub reason: Option<Name>,
    /// The money that was spent or, negative, paid back; on one movement of each purchase and each refund.
    #[uniffi(default)]
    pub amount: Option<Money>,
    /// How many points were forgiven.
    #[uniffi(default)]
    pub waived: Option<i64>,
    /// Until when points are set aside, or owed because they are.
    #[uniffi(default)]
    pub until: Option<Timestamp>,
}

/// What was decided: the movements to be written. There are none when everything is written already.
#[uniffi::remote(Record)]
pub struct PointsDecision {
    /// The movements, in the order of their instants.
    #[uniffi(default)]
    pub movements: Vec<Movement>,
    /// What the programme refuses of all that was to be caught up with; nothing else refuses in part.
    #[uniffi(default)]
    pub refused: Vec<Refusal>,
}

/// Something that the programme refuses, and why.
#[uniffi::remote(Record)]
pub struct Refusal {
    /// What is refused: a purchase, refund, redemption, cancellation or adjustment.
    pub cause: Id,
    /// Why.
    pub error: Error,
}

/// What a member has of one unit.
#[uniffi::remote(Record)]
pub struct Balance {
    /// Points that can be spent.
    pub available: i64,
    /// Points that cannot be spent yet.
    pub pending: i64,
    /// Points that the next ones will repay.
    pub owed: i64,
    /// Points that are set aside for a while.
    #[uniffi(default)]
    pub reserved: i64,
}

/// Points that expire at one instant.
#[uniffi::remote(Record)]
pub struct Expiring {
    /// When they expire.
    pub at: Timestamp,
    /// How many.
    pub points: i64,
}

/// All that is commonly asked about a member at one instant.
#[uniffi::remote(Record)]
pub struct Standing {
    /// What the member has of the programme's first unit.
    pub balance: Balance,
    /// The points of that unit that will expire, the soonest first.
    pub expiring: Vec<Expiring>,
    /// How many of the points that can be spent now expire within 30 calendar days.
    pub expiring_soon: i64,
    /// The place on the ladder, if the programme has one.
    #[uniffi(default)]
    pub tier: Option<TierStanding>,
}

/// Where a member stands on the ladder.
#[uniffi::remote(Record)]
pub struct TierStanding {
    /// The tier; nothing below the first.
    #[uniffi(default)]
    pub tier: Option<Name>,
    /// Since when; nothing if since ever.
    #[uniffi(default)]
    pub since: Option<Timestamp>,
    /// What counts now, in the present window: points, minor units or purchases.
    pub value: i64,
    /// The next tier and what is missing to it; nothing in the highest.
    #[uniffi(default)]
    pub next: Option<TierGoal>,
    /// When the tier falls if nothing more happens; nothing if never.
    #[uniffi(default)]
    pub ends: Option<Timestamp>,
    /// The tier from then on if nothing more happens; nothing below the first, or if it never falls.
    #[uniffi(default)]
    pub lands_in: Option<Name>,
    /// What must be added now so that it does not fall then; nothing if nothing added now would help.
    #[uniffi(default)]
    pub keep: Option<i64>,
}

/// A tier to be reached.
#[uniffi::remote(Record)]
pub struct TierGoal {
    /// The tier.
    pub tier: Name,
    /// What is missing: points, minor units or purchases.
    pub missing: i64,
}

/// A change of tier.
#[uniffi::remote(Record)]
pub struct TierChange {
    /// When.
    pub at: Timestamp,
    /// The tier from then on; nothing below the first.
    #[uniffi(default)]
    pub tier: Option<Name>,
}

/// What one rule says to one purchase.
#[uniffi::remote(Record)]
pub struct Contribution {
    /// The rule.
    pub rule: Name,
    /// The unit that it awards.
    pub unit: Name,
    /// What it says.
    pub outcome: RuleOutcome,
}

/// Whether a rule applies, and if not, why.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum RuleOutcome {
    /// It applies and awards so many points; 0 if the amount is too small for one.
    Awards(i64),
    /// It is about something else than purchases.
    NotAboutPurchases,
    /// The purchase was before the rule's time.
    TooEarly,
    /// The purchase was after the rule's time.
    TooLate,
    /// The member is in none of the rule's tiers.
    OtherTier,
    /// The rule knows another currency.
    OtherCurrency,
    /// No line is eligible.
    NothingEligible,
    /// The eligible lines come to less than the rule's minimum.
    BelowMinimum,
    /// A rule of the same group came first.
    GroupTaken,
    /// The member has bought before.
    NotFirst,
    /// A mission or streak lacks so many more times or periods; 0 if it was rewarded for something later.
    Incomplete {
        /// How many.
        missing: u32,
    },
    /// None of the rules that it adds to awards points.
    NothingToAddTo,
    /// The member has been awarded the most by now.
    CapReached,
    /// A rule before it stopped those that follow.
    Stopped,
}

/// What a purchase would earn, and what each rule says to it.
#[uniffi::remote(Record)]
pub struct Simulation {
    /// The version of the programme that would apply; nothing before the first, when nothing is earned.
    #[uniffi(default)]
    pub version: Option<u32>,
    /// Whether the purchase has earned already. It would not earn again.
    pub known: bool,
    /// The tier in which it would be made.
    #[uniffi(default)]
    pub tier: Option<Name>,
    /// What each rule says, in the order in which they are considered.
    pub rules: Vec<Contribution>,
    /// The points that it would earn, in the order of the programme's units; units without any are left out.
    pub points: Vec<UnitPoints>,
    /// The place on the ladder right after it, if the programme has one.
    #[uniffi(default)]
    pub after: Option<TierStanding>,
}

/// Points of one unit.
#[uniffi::remote(Record)]
pub struct UnitPoints {
    /// The unit.
    pub unit: Name,
    /// How many.
    pub points: i64,
}

/// What would be different if a changed programme had applied.
///
/// Both programmes are replayed over the same history, in the order of time, so that every difference comes from the
/// change and none from when things were heard of.
#[uniffi::remote(Record)]
pub struct WhatIf {
    /// The instant at which both are compared.
    pub at: Timestamp,
    /// The members with a history.
    pub members: u64,
    /// Members who would have more points of the first unit.
    pub gaining: u64,
    /// Members who would have fewer points of the first unit.
    pub losing: u64,
    /// Points and what they cost, unit by unit.
    pub units: Vec<UnitDifference>,
    /// How many members are in which tier now, and in which they would be: those who stay included.
    pub tiers: Vec<TierShift>,
    /// The members whose points of the first unit differ most, at most 20.
    pub largest: Vec<MemberDifference>,
    /// What the changed programme would have refused and the present one does not.
    pub refused: Vec<Refusal>,
}

/// One unit, now and as it would be.
#[uniffi::remote(Record)]
pub struct UnitDifference {
    /// The unit.
    pub unit: Name,
    /// Under the present programme; nothing if it does not have the unit.
    #[uniffi(default)]
    pub present: Option<Liability>,
    /// Under the changed programme.
    #[uniffi(default)]
    pub changed: Option<Liability>,
}

/// Members who go from one tier to another, or stay.
#[uniffi::remote(Record)]
pub struct TierShift {
    /// The tier under the present programme.
    #[uniffi(default)]
    pub present: Option<Name>,
    /// The tier under the changed programme.
    #[uniffi(default)]
    pub changed: Option<Name>,
    /// How many.
    pub members: u64,
}

/// One member, now and as it would be.
#[uniffi::remote(Record)]
pub struct MemberDifference {
    /// Who.
    pub member: CustomerId,
    /// By how many points of the first unit the member would have more.
    pub points: i64,
    /// The tier under the present programme.
    #[uniffi(default)]
    pub present: Option<Name>,
    /// The tier under the changed programme.
    #[uniffi(default)]
    pub changed: Option<Name>,
}

/// A statement over a window.
#[uniffi::remote(Record)]
pub struct Statement {
    /// Whose it is.
    pub member: CustomerId,
    /// The programme.
    pub programme: ProgrammeId,
    /// The unit.
    pub unit: Name,
    /// The window.
    pub window: Window,
    /// What was there just before the window began.
    pub opening: Balance,
    /// What moved, in the order of time. The points of all lines add up to the difference of the totals.
    pub lines: Vec<StatementLine>,
    /// What was there just before the window ended.
    pub closing: Balance,
    /// What will expire of it, the soonest first.
    pub expiring: Vec<Expiring>,
}

/// One thing that moved points.
#[uniffi::remote(Record)]
pub struct StatementLine {
    /// When it took effect.
    pub at: Timestamp,
    /// What it did.
    pub kind: MovementKind,
    /// By how much the total grew.
    pub points: i64,
    /// The total after it: all points, less what is owed.
    pub total: i64,
    /// What it happened for: the purchase, refund, redemption, cancellation or adjustment; the lot when the clock did it.
    pub cause: Id,
    /// The rule that awarded the points.
    #[uniffi(default)]
    pub rule: Option<Name>,
    /// Why somebody moved points by hand, or which activity earned them.
    #[uniffi(default)]
    pub reason: Option<Name>,
    /// The version of the programme that was in force.
    pub version: u32,
    /// For a correction: what was heard of late.
    #[uniffi(default)]
    pub because: Option<Id>,
    /// How many points were forgiven.
    pub waived: i64,
    /// From which lots the points were taken, or to which they were added.
    pub lots: Vec<LotShare>,
}

/// The part of one lot in a line.
#[uniffi::remote(Record)]
pub struct LotShare {
    /// The lot: the movement that opened it.
    pub lot: Id,
    /// By how much it grew.
    pub points: i64,
    /// When its points expire.
    #[uniffi(default)]
    pub expires_at: Option<Timestamp>,
}

/// What was ever done with the points of a unit, up to an instant.
///
/// `earned + adjusted + owed = redeemed + expired + reversed + outstanding`.
#[uniffi::remote(Record)]
pub struct Totals {
    /// Points that rules awarded.
    pub earned: i64,
    /// Points that were given by hand, less those taken by hand.
    pub adjusted: i64,
    /// Points that were spent and not given back, those that members owe included.
    pub redeemed: i64,
    /// Points that expired, whether or not that has been written.
    pub expired: i64,
    /// Points that refunds took back, those that members owe included.
    pub reversed: i64,
    /// Points of refunded purchases that were forgiven. They were spent, and are counted there.
    pub waived: i64,
    /// Points that members hold, those that are not available yet or are set aside included.
    pub outstanding: i64,
    /// Of these, points that will be available at a later instant that is known.
    pub pending: i64,
    /// Points that members owe.
    pub owed: i64,
}

/// Points that expire in one month of the programme's zone.
#[uniffi::remote(Record)]
pub struct LiabilityMonth {
    /// The first day of the month; nothing for points that never expire.
    #[uniffi(default)]
    pub month: Option<Date>,
    /// The points.
    pub points: i64,
    /// What those that will be redeemed are expected to cost.
    #[uniffi(default)]
    pub cost: Option<Money>,
}

/// The liability of one unit at an instant.
#[uniffi::remote(Record)]
pub struct Liability {
    /// The programme.
    pub programme: ProgrammeId,
    /// The unit.
    pub unit: Name,
    /// The instant.
    pub at: Timestamp,
    /// What members hold, by the month in which it expires, the soonest first and what never expires last.
    pub months: Vec<LiabilityMonth>,
    /// What was ever done with points.
    pub totals: Totals,
    /// The share of outstanding points that is expected never to be redeemed, in hundredths of a percent.
    pub breakage: u32,
    /// What all outstanding points are expected to cost: points times cost per point, less breakage, rounded to the
    /// even minor unit. The months add up to it.
    #[uniffi(default)]
    pub cost: Option<Money>,
}

/// How a programme did in a window, in one unit.
#[uniffi::remote(Record)]
pub struct ProgrammeReport {
    /// The programme.
    pub programme: ProgrammeId,
    /// The unit.
    pub unit: Name,
    /// The window.
    pub window: Window,
    /// Points that rules awarded, and those that were given by hand.
    pub issued: i64,
    /// Points that refunds took back, those that members owe included.
    pub reversed: i64,
    /// Points that were spent, or taken by hand, less those that were given back.
    pub redeemed: i64,
    /// Points that expired.
    pub expired: i64,
    /// What the redeemed points cost, if the unit says what points cost.
    #[uniffi(default)]
    pub cost: Option<Money>,
    /// Redeemed points for each point that was issued and not reversed; nothing if there is none.
    #[uniffi(default)]
    pub redemption_rate: Option<f64>,
    /// Members who had any movement before the window ended.
    pub members: u64,
    /// Members who earned or spent in the window.
    pub active: u64,
    /// Members who spent in the window.
    pub redeeming: u64,
    /// How many members were in which tier when the window began, and in which when it ended: those who stayed included.
    pub tiers: Vec<TierFlow>,
    /// The share of points that are never spent, estimated from the points whose life was over when the window ended;
    /// nothing if fewer than two members had any.
    #[uniffi(default)]
    pub breakage: Option<BreakageEstimate>,
}

/// Members who went from one tier to another, or stayed.
#[uniffi::remote(Record)]
pub struct TierFlow {
    /// The tier when the window began; nothing below the first.
    #[uniffi(default)]
    pub from: Option<Name>,
    /// The tier when it ended.
    #[uniffi(default)]
    pub to: Option<Name>,
    /// How many.
    pub members: u64,
}

/// The share of points that are never spent, with its uncertainty.
///
/// Members, not points, are what varies: one member's points are spent or forgotten together. The share is the ratio of two
/// sums over members, and its interval follows from how members differ from it (Cochran, *Sampling Techniques*, third
/// edition, section 6.4: the variance of a ratio estimate).
#[uniffi::remote(Record)]
pub struct BreakageEstimate {
    /// Expired points for each point whose life is over.
    pub rate: f64,
    /// The lower end of its 95 % interval; not below 0.
    pub low: f64,
    /// The upper end; not above 1.
    pub high: f64,
    /// The points whose life is over.
    pub points: i64,
    /// The members who had them.
    pub members: u64,
}

/// A promise of the ledger.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Invariant {
    /// Every fact is a movement of this programme's kind, in a unit and under a version that exist.
    Readable,
    /// The id of every movement follows from its cause, so that no cause moves points twice.
    Identity,
    /// Every lot was opened once, and its movements agree about its life; an opened lot lives as the programme
    /// says.
    Life,
    /// No lot gives more points than it got, at any time.
    Conservation,
    /// What was spent, taken back, given back, expired and repaid is what follows from what happened, in the order
    /// of time.
    Derivation,
    /// No more points were spent or taken back than were there, unless the unit allows debt.
    Solvency,
    /// A refund takes back, owes and forgives no more than its purchase earned.
    Refund,
    /// A cancellation gives back no more than its redemption took.
    Cancellation,
    /// What a member gives is what another one receives.
    Transfer,
    /// The money of a purchase or refund is on one movement.
    Money,
}

/// A promise that the facts of a ledger break.
#[uniffi::remote(Record)]
pub struct Violation {
    /// The promise.
    pub invariant: Invariant,
    /// The facts concerned, in the order of their ids.
    pub facts: Vec<Id>,
}

/// What catching up did.
#[uniffi::remote(Record)]
pub struct CaughtUp {
    /// Purchases that were looked at.
    pub purchases: u64,
    /// Movements that were written.
    pub movements: u64,
    /// What could not be taken in, and why: refunds of purchases that are not known, currencies that no rule knows.
    #[uniffi(default)]
    pub refused: Vec<Refusal>,
    /// Orders and refunds without an amount, and refunds that name no order.
    #[uniffi(default)]
    pub left_out: Vec<Id>,
}
