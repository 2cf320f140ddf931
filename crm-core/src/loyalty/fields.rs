//! What this room stores, declared, and what it has to say in the segment language.

use crate::base::DataClass::{Behaviour, Inferred as InferredData, NonPersonal, Pseudonym};
use crate::base::Provenance::{Observed, Provided};
use crate::base::ValueType::{Id, Int, Money, Text, Time};
use crate::base::{Declaration, FieldDecl, Kind, Missing, Name, Stream, Target};
use crate::segment::Field;

/// Facts of movements of points.
pub const POINTS: Stream = Stream::from_static("points");
/// Records of the published versions of programmes.
pub const PROGRAMME_KIND: Kind = Kind::from_static("programme");

/// Records of claimed rewards.
pub const VOUCHER: Kind = Kind::from_static("voucher");
/// Records of how many of a reward were claimed.
pub const REWARD_TALLY: Kind = Kind::from_static("reward_tally");

pub(super) const PROGRAMME: Name = Name::from_static("programme");
pub(super) const VERSION: Name = Name::from_static("version");
pub(super) const UNIT: Name = Name::from_static("unit");
pub(super) const LOT: Name = Name::from_static("lot");
pub(super) const AVAILABLE_AT: Name = Name::from_static("available_at");
pub(super) const EXPIRES_AT: Name = Name::from_static("expires_at");
pub(super) const CAUSE: Name = Name::from_static("cause");
pub(super) const OF: Name = Name::from_static("of");
pub(super) const BECAUSE: Name = Name::from_static("because");
pub(super) const RULE: Name = Name::from_static("rule");
pub(super) const REASON: Name = Name::from_static("reason");
pub(super) const UNTIL: Name = Name::from_static("until");
pub(super) const WAIVED: Name = Name::from_static("waived");

pub(super) const NUMBER: Name = Name::from_static("number");
pub(super) const NAME: Name = Name::from_static("name");
pub(super) const FROM: Name = Name::from_static("valid_from");
pub(super) const CONTENT: Name = Name::from_static("content");
pub(super) const DEFINITION: Name = Name::from_static("definition");

pub(super) const MEMBER: Name = Name::from_static("member");
pub(super) const REWARD: Name = Name::from_static("reward");
pub(super) const CODE: Name = Name::from_static("code");
pub(super) const POINTS_FIELD: Name = Name::from_static("points");
pub(super) const MONEY: Name = Name::from_static("money");
pub(super) const WORTH: Name = Name::from_static("worth");
pub(super) const CLAIMED: Name = Name::from_static("claimed");
pub(super) const CLAIMED_AT: Name = Name::from_static("claimed_at");
pub(super) const VALID_UNTIL: Name = Name::from_static("valid_until");
pub(super) const USED_AT: Name = Name::from_static("used_at");
pub(super) const USED_BY: Name = Name::from_static("used_by");
pub(super) const CANCELLED_AT: Name = Name::from_static("cancelled_at");

const LOYALTY: &[&str] = &["loyalty", "service"];
const KNOW: &[&str] = &["loyalty", "service", "marketing", "analytics"];

/// Everything that this room stores.
pub fn declarations() -> Vec<Declaration> {
    let points = vec![
        FieldDecl::new("programme", Id, NonPersonal, Observed, LOYALTY).doc("the programme"),
        FieldDecl::new("version", Int, NonPersonal, Observed, LOYALTY).doc("the programme's version in force"),
        FieldDecl::new("unit", Text, NonPersonal, Observed, KNOW).doc("the unit of the points"),
        FieldDecl::new("lot", Id, Pseudonym, Observed, LOYALTY).doc("the movement that opened the lot of the points"),
        FieldDecl::new("available_at", Time, Behaviour, Observed, KNOW)
            .doc("when the lot's points become available; missing for what is owed"),
        FieldDecl::new("expires_at", Time, Behaviour, Observed, KNOW).doc("when the lot's points expire"),
        FieldDecl::new("cause", Id, Pseudonym, Observed, LOYALTY)
            .doc("the purchase, refund, redemption, cancellation or adjustment; the lot when the clock did it"),
        FieldDecl::new("of", Id, Pseudonym, Observed, LOYALTY)
            .doc("the lot of the refunded purchase, or the cancelled redemption"),
        FieldDecl::new("because", Id, Pseudonym, Observed, LOYALTY).doc("for a correction: what was heard of late"),
        FieldDecl::new("rule", Text, NonPersonal, Observed, KNOW).doc("the rule that awarded the points"),
        FieldDecl::new("reason", Text, Behaviour, Provided, LOYALTY).doc("why somebody moved points by hand"),
        FieldDecl::new("until", Time, Behaviour, Observed, LOYALTY).doc("until when points are set aside"),
        FieldDecl::new("waived", Int, Behaviour, Observed, LOYALTY)
            .unit("points")
            .doc("points of a refunded purchase that were spent and are forgiven"),
    ];
    let programme = vec![
        FieldDecl::new("programme", Id, NonPersonal, Provided, LOYALTY).doc("the programme"),
        FieldDecl::new("number", Int, NonPersonal, Provided, LOYALTY).doc("the number of the version"),
        FieldDecl::new("name", Text, NonPersonal, Provided, LOYALTY).doc("the programme's name"),
        FieldDecl::new("valid_from", Time, NonPersonal, Provided, LOYALTY)
            .doc("the instant from which the version applies"),
        FieldDecl::new("content", Id, NonPersonal, Provided, LOYALTY).doc("a fingerprint of the definition"),
        FieldDecl::new("definition", Text, NonPersonal, Provided, LOYALTY).doc("the definition, in JSON"),
    ];
    vec![
        Declaration { target: Target::Stream(POINTS), fields: points },
        Declaration { target: Target::Kind(PROGRAMME_KIND), fields: programme },
        Declaration { target: Target::Kind(VOUCHER), fields: voucher_fields() },
        Declaration { target: Target::Kind(REWARD_TALLY), fields: tally_fields() },
    ]
}

fn voucher_fields() -> Vec<FieldDecl> {
    let observed = |name, value_type, doc| FieldDecl::new(name, value_type, Behaviour, Observed, LOYALTY).doc(doc);
    vec![
        FieldDecl::new("programme", Id, NonPersonal, Observed, LOYALTY).doc("the programme"),
        FieldDecl::new("member", Id, Pseudonym, Observed, LOYALTY).doc("whose it is"),
        FieldDecl::new("code", Text, Pseudonym, Observed, LOYALTY).doc("the code with which it can be used"),
        FieldDecl::new("used_by", Id, Pseudonym, Observed, LOYALTY).doc("the use"),
        observed("reward", Text, "the reward"),
        observed("version", Int, "the programme's version under which it was claimed"),
        observed("points", Int, "what it cost in points").unit("points"),
        observed("money", Money, "what is paid in money besides"),
        observed("worth", Money, "what it is worth to the business"),
        observed("claimed_at", Time, "when it was claimed"),
        observed("valid_until", Time, "before when it can be used"),
        observed("used_at", Time, "when it was used"),
        observed("cancelled_at", Time, "when it was cancelled"),
    ]
}

fn tally_fields() -> Vec<FieldDecl> {
    let field = |name, value_type, doc| FieldDecl::new(name, value_type, NonPersonal, Observed, LOYALTY).doc(doc);
    vec![
        field("programme", Id, "the programme"),
        field("reward", Text, "the reward"),
        field("claimed", Int, "how many were claimed and not cancelled"),
        field("worth", Money, "what they are worth to the business"),
    ]
}

/// What the segment language can ask of a member, as [`Standing::fields`](super::Standing::fields) answers it.
pub fn catalogue() -> Vec<Field> {
    let field = |name, value_type, doc| {
        Field::new(Name::from_static(name), value_type, InferredData).doc(doc).fed_by("points").moves()
    };
    let points = |name, doc| field(name, Int, doc).unit("points").missing(Missing::Zero);
    vec![
        points("loyalty.points", "The points that can be spent now."),
        points("loyalty.points_pending", "The points that have been earned and cannot be spent yet."),
        points("loyalty.points_owed", "The points that the next ones will repay."),
        points("loyalty.points_expiring", "The points that can be spent now and expire within 30 calendar days."),
        field("loyalty.next_expiry", Time, "When the next points expire."),
        field("loyalty.tier", Text, "The tier; missing below the first."),
        field("loyalty.tier_ends", Time, "When the tier falls if nothing more happens; missing if it never does."),
        field(
            "loyalty.to_next_tier",
            Int,
            "What is missing to the next tier: points, minor units or purchases; missing in the highest.",
        ),
    ]
}
