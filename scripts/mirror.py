#!/usr/bin/env python3
"""Writes crm-uniffi/src/mirror/*.rs: the data types of crm-core, told to UniFFI once more.

    scripts/mirror.py            write
    scripts/mirror.py --check    fail when what is there is not what would be written

UniFFI cannot look into another crate, so that each type is declared again with `#[uniffi::remote]`: same fields, same
documentation, no conversion. This copies them from the sources of the core. A type that is new to the bindings is added to
MIRRORS below.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "crm-core/src"
OUT = ROOT / "crm-uniffi/src/mirror"

BASE = "crm_core::base::*"
SOURCE_REF = "crm_core::fact::SourceRef"

# file: (about, what is in scope, {source: types}). `Name=Other` has another name in the hosts; `Name<T>:Alias` is the
# instance of a generic type that the core knows under an alias.
MIRRORS = {
    "base": (
        "Values, windows and declarations.",
        [BASE],
        {
            "base/money.rs": "Money",
            "base/value.rs": "ValueType Value",
            "base/time.rs": "Window",
            "base/as_of.rs": "AsOf",
            "base/date.rs": "Period CalendarUnit",
            "base/rounding.rs": "Rounding",
            "base/page.rs": "Order",
            "base/channel.rs": "Channel",
            "base/registry.rs": "DataClass Provenance Missing FieldDecl Target Declaration",
            "base/error.rs": "Clash",
        },
    ),
    "customer": (
        "Customers, their addresses, attributes and relationships.",
        [BASE, "crm_core::customer::*"],
        {
            "customer/model.rs": "CustomerType Identifier Customer NewCustomer",
            "customer/contact_point.rs": "ContactKind ContactPoint NewContactPoint",
            "customer/attribute.rs": "Attribute AttributeValue",
            "customer/relationship.rs": "Relationship NewRelationship",
        },
    ),
    "interaction": (
        "What happened.",
        [BASE, "crm_core::crm::Recorded", SOURCE_REF, "crm_core::interaction::*"],
        {
            "fact.rs": "SourceRef",
            "interaction/model.rs": "NewInteraction Line RefundedLine OrderLine Interaction Timeline",
            "crm/interactions.rs": "Recorded",
        },
    ),
    "privacy": (
        "What is allowed.",
        ["std::collections::BTreeSet", BASE, SOURCE_REF, "crm_core::privacy::*"],
        {
            "privacy/purpose.rs": "LawfulBasis Purpose",
            "privacy/consent.rs": "ConsentKind Scope ConsentEvent",
            "privacy/decision.rs": "ContactReason ContactQuestion ContactDecision",
            "privacy/explain.rs": "ContactAnswer",
            "privacy/suppression.rs": "SuppressionReason",
            "privacy/access.rs": "AccessPackage AccessItem AccessField",
        },
    ),
    "intake": (
        "Files in.",
        ["std::collections::BTreeMap", BASE, "crm_core::crm::Imported", SOURCE_REF, "crm_core::intake::*"],
        {
            "intake/column.rs": "Column Guess",
            "intake/fault.rs": "Fault Rejected",
            "intake/report.rs": "Mode IntakeReport",
            "intake/purchases.rs": "PurchaseRow",
            "intake/mapping/purchases.rs": "DecimalMark Refunds=ImportRefunds PurchaseMapping",
            "intake/mapping/contacts.rs": "ConsentColumns ContactMapping",
            "intake/mapping/form.rs": "FileForm",
            "intake/table.rs": "Delimiter",
            "crm/intake.rs": "Imported",
        },
    ),
    "loyalty": (
        "What members earned.",
        [BASE, "crm_core::crm::CaughtUp", "crm_core::loyalty::*"],
        {
            "loyalty/programme.rs": "Definition",
            "loyalty/unit.rs": "Unit=PointsUnit Cost Expiry SpendOrder Shortfall",
            "loyalty/rule.rs": "Rule Earn AmountBasis When",
            "loyalty/cap.rs": "Cap CapPer",
            "loyalty/reward.rs": "Reward RewardOffer RewardOutcome",
            "loyalty/voucher.rs": "Claim VoucherUse Voucher",
            "loyalty/ladder.rs": "Ladder Tier Basis Qualifying",
            "loyalty/purchase.rs": "Purchase PurchaseLine Refund RefundLine Redemption Cancellation Adjustment Activity "
            "Reservation Capture Transfer",
            "loyalty/movement.rs": "MovementKind Movement",
            "loyalty/account.rs": "PointsDecision Refusal",
            "loyalty/ledger.rs": "Balance",
            "loyalty/standing.rs": "Expiring Standing",
            "loyalty/tier.rs": "TierStanding TierGoal TierChange",
            "loyalty/assess.rs": "Contribution RuleOutcome",
            "loyalty/simulate.rs": "Simulation UnitPoints",
            "loyalty/what_if.rs": "WhatIf UnitDifference TierShift MemberDifference",
            "loyalty/statement.rs": "Statement StatementLine LotShare",
            "loyalty/liability.rs": "Totals LiabilityMonth Liability",
            "loyalty/reporting.rs": "ProgrammeReport TierFlow BreakageEstimate",
            "loyalty/audit.rs": "Invariant Violation",
            "crm/loyalty.rs": "CaughtUp",
        },
    ),
    "marketing": (
        "Whom to contact, and what came of it.",
        ["std::collections::BTreeMap", BASE, SOURCE_REF, "crm_core::marketing::*", "crm_core::privacy::AddressToken"],
        {
            "marketing/campaign.rs": "Campaign",
            "marketing/audience.rs": "AudienceSummary",
            "marketing/history.rs": "CampaignStep",
            "marketing/step.rs": "MessageOutcome",
            "marketing/response.rs": "ResponseTally",
        },
    ),
    "segment": (
        "Who belongs.",
        [
            "std::collections::BTreeMap",
            BASE,
            "crm_core::crm::{ColumnsInfo, Membership, Segment, SegmentDiff, SegmentVersion, SegmentView, Ticked, WhyNot}",
            "crm_core::crm::{Trial, TrialAnswer, TrialFact}",
            "crm_core::segment::*",
        ],
        {
            "crm/segments.rs": "Segment SegmentVersion SegmentView Membership",
            "crm/segments/reasons.rs": "WhyNot SegmentDiff",
            "crm/segments/live.rs": "Ticked",
            "crm/segments/snapshot.rs": "ColumnsInfo",
            "crm/segments/try_out.rs": "Trial TrialFact TrialAnswer",
            "segment/algebra.rs": "Relation",
            "segment/sql.rs": "SqlDialect SqlText",
            "segment/change.rs": "NextChange",
            "segment/membership.rs": "LiveSegments MembershipCause MembershipChange",
            "segment/diagnostic.rs": "TextSpan Severity Diagnostic",
            "segment/truth.rs": "Truth",
            "segment/explain.rs": "Explanation Proof Step Evidence Observed",
            "segment/catalogue.rs": "Field Param Event",
        },
    ),
    "score": (
        "How customers behave.",
        [BASE, "crm_core::crm::{AssessOptions, Assessed, PurchaseColumns}", "crm_core::score::*"],
        {
            "score/unit.rs": "TimeUnit Span Rate",
            "score/summary/mod.rs": "Refunds SummaryOptions PurchaseSummary Holdout Dropped",
            "score/rfm/segments.rs": "RfmSegment",
            "score/rfm/mod.rs": "Frequency Monetary CutPoints RfmRule RfmOptions RfmRow RfmTable",
            "score/optimise/mod.rs": "FitStatus FitWarning Convergence",
            "score/bgnbd/mod.rs": "BgNbd",
            "score/fit.rs": "Fit<BgNbd>:BgNbdFit",
            "score/purchase/mod.rs": "PurchaseForecast",
            "score/gammagamma/mod.rs": "GammaGamma GammaGammaFit",
            "score/value.rs": "ValueTerms LifetimeValue",
            "crm/scores.rs": "PurchaseColumns",
            "crm/assess.rs": "AssessOptions Assessed",
        },
    ),
    "analysis": (
        "What is asked of columns, and answered.",
        [BASE, "crm_core::score::*"],
        {
            "score/uncertainty.rs": "Interval",
            "score/history.rs": "History HistoryCount",
            "score/fit.rs": "FixedParameter Penalty FitOptions "
            "Fit<AnyPurchaseModel>:AnyPurchaseFit Fit<AnyContractModel>:AnyContractFit Fit<BgBb>:BgBbFit",
            "score/mbgnbd/mod.rs": "MbgNbd",
            "score/paretonbd/mod.rs": "ParetoNbd",
            "score/cnbd/mod.rs": "MbgCnbdK",
            "score/purchase/any.rs": "PurchaseModelKind AnyPurchaseModel PurchaseOutlook NewcomerOutlook PurchaseIntervals",
            "score/bgbb/counts.rs": "OccasionHistory OccasionCount",
            "score/bgbb/mod.rs": "BgBb OccasionOutlook",
            "score/contract/counts.rs": "ContractCount",
            "score/contract/mod.rs": "ShiftedBetaGeometric BetaDiscreteWeibull",
            "score/contract/any.rs": "ContractModelKind AnyContractModel ContractOutlook",
            "score/spend.rs": "Spend SpendCount",
            "score/response/arms.rs": "Arm ArmComparison ArmPair ManyArms",
            "score/response/lift.rs": "HoldoutLift",
            "score/response/ratio.rs": "SampleRatio",
            "score/attribution/mod.rs": "Touch Journey AttributionRule ChannelCredit Attribution",
            "score/satisfaction.rs": "NetPromoter ScaleScore",
            "score/retention/cohorts.rs": "CohortOptions CohortCell Cohort CohortTable",
            "score/retention/survival.rs": "SurvivalStep SurvivalCurve",
            "score/retention/log_rank.rs": "LogRankGroup LogRank",
            "score/clusters/scaling.rs": "Scaling ColumnScale",
            "score/clusters/mod.rs": "ClusterOptions Clusters",
            "score/recommend/again.rs": "Popularity BoughtAgain",
            "score/recommend/rules.rs": "RuleOptions AssociationRule",
            "score/recommend/growth.rs": "ItemSet",
            "score/recommend/items.rs": "Similarity ItemOptions Neighbour RecommendOptions",
            "score/recommend/mod.rs": "Because Recommendation",
            "score/risk/bins.rs": "BinOf Bin Binning",
            "score/risk/binning.rs": "BinOptions",
            "score/risk/scorecard.rs": "Column=CharacteristicValues Characteristic ScoreValue ScorecardOptions Scorecard "
            "PointsPart Scored Cutoffs Decision",
            "score/risk/quality.rs": "Discrimination Shift Stability",
            "score/rfm/migration.rs": "RfmFlow RfmMigration",
        },
    ),
    "store": (
        "What a store is asked and answers.",
        [
            "std::path::PathBuf",
            BASE,
            "crm_core::change::*",
            "crm_core::fact::{Fact, SourceRef}",
            "crm_core::record::{Key, Record}",
            "crm_core::store::*",
        ],
        {
            "record.rs": "Key Record",
            "fact.rs": "Fact",
            "change.rs": "Precondition Change ChangeSet Receipt Committed Touched",
            "store/query.rs": "StoreInfo Scan Test TestOp WithFields FactQuery Verify VerifyReport Lifecycle",
        },
    ),
}


class Item:
    """A declaration in a source: its documentation, its attributes and its lines."""

    def __init__(self, kind: str, docs: list[str], attributes: list[str], body: list[str]):
        self.kind, self.docs, self.attributes, self.body = kind, docs, attributes, body


def items(text: str) -> dict[str, Item]:
    """The public structures and enums of a source, by name."""
    text = re.split(r"#\[cfg\(test\)\]\nmod tests \{", text)[0]
    found: dict[str, Item] = {}
    docs: list[str] = []
    attributes: list[str] = []
    lines = iter(text.split("\n"))
    for line in lines:
        if line.startswith("///"):
            docs.append(line)
        elif line.startswith("#["):
            attributes.append(line)
        else:
            head = re.match(r"pub (struct|enum) (\w+)", line)
            if head:
                body = [line]
                while body[-1] != "}" and not (body[-1].startswith("pub") and body[-1].endswith((";", "{}"))):
                    body.append(next(lines))
                found[head[2]] = Item(head[1], docs, attributes, body)
            docs, attributes = [], []
    found.update(worded(text))
    return found


def worded(text: str) -> dict[str, Item]:
    """The enums that the macro `worded!` makes. All of them may grow."""
    found = {}
    for block in re.finditer(r"worded! \{\n(.*?)\n\}", text, re.S):
        lines = [line[4:] for line in block[1].split("\n")]
        at = next(at for at, line in enumerate(lines) if line.startswith("pub enum"))
        name = re.match(r"pub enum (\w+)", lines[at])[1]
        docs = [line for line in lines[:at] if line.startswith("///")]
        body = [f"pub enum {name} {{"] + [re.sub(r' = ".*",', ",", line) for line in lines[at + 1 :]]
        found[name] = Item("enum", docs, ["#[non_exhaustive]"], body)
    return found


def plain(line: str) -> str:
    """A line of documentation without links: they lead nowhere in another language."""
    line = re.sub(r"\[(`[^`]+`)\]\([^)]*\)", r"\1", line)
    line = re.sub(r"\[(`[^`]+`)\]", r"\1", line)
    return re.sub(r"\[([^\]`]+)\]\([a-zA-Z_:]+\)", r"\1", line)


def described(docs: list[str]) -> list[str]:
    """Documentation without its examples, which are in Rust."""
    kept, example = [], False
    for line in docs:
        if line.strip().startswith("/// ```"):
            example = not example
        elif not example:
            kept.append(plain(line))
    while kept and kept[-1].strip() == "///":
        kept.pop()
    return kept


def mirrored(item: Item, host_name: str) -> list[str]:
    """A declaration as UniFFI wants it."""
    lines = described(item.docs) + [f"#[uniffi::remote({'Record' if item.kind == 'struct' else 'Enum'})]"]
    if host_name:
        lines.append(f'#[uniffi(name = "{host_name}")]')
    if item.kind == "enum" and any("non_exhaustive" in one for one in item.attributes):
        lines.append("#[non_exhaustive]")
    has_default = any("Default" in one or "serde(default" in one for one in item.attributes)
    inside_attribute, field_default = False, False
    for line in item.body:
        text = line.strip()
        if inside_attribute or text.startswith("#["):
            inside_attribute = not text.endswith("]")
            field_default |= "default" in text
            continue
        line = re.sub(r"\(#\[serde[^\]]*\]\s*", "(", line)
        line = re.sub(r",\s*#\[serde.*?\)\]", ",", line)
        field = re.match(r"    pub (\w+): (.*),$", line)
        if field and item.kind == "struct":
            kind = field[2]
            empty = re.match(r"(Vec<|Fields$|BTree|bool$|[ui]\d+$)", kind)
            if kind.startswith("Option<") or (empty and (field_default or (has_default and not kind[0] in "ui"))):
                lines.append("    #[uniffi(default)]")
            field_default = False
        lines.append(plain(line) if text.startswith("///") else line)
    return lines


def mirror(about: str, scope: list[str], sources: dict[str, str]) -> str:
    """One file of mirrors."""
    out = [f"//! {about}", ""] + [f"use {one};" for one in scope]
    for source, names in sources.items():
        found = items((CORE / source).read_text())
        for name in names.split():
            name, _, host_name = name.partition("=")
            name, _, alias = name.partition(":")
            generic = re.match(r"(\w+)<(\w+)>", name)
            if generic:
                name = generic[1]
            if name not in found:
                sys.exit(f"mirror: {source} has no {name}; mend MIRRORS in scripts/mirror.py")
            lines = mirrored(found[name], host_name)
            if generic:
                lines = [re.sub(rf"\b{name}<M>", alias, re.sub(r": M,", f": {generic[2]},", line)) for line in lines]
            out += [""] + lines
    formatted = subprocess.run(
        ["rustfmt", "--edition", "2024", "--config-path", str(ROOT)],
        input="\n".join(out) + "\n", capture_output=True, text=True, check=True,
    )
    return formatted.stdout


def main() -> None:
    check = "--check" in sys.argv[1:]
    stale = []
    for name, content in MIRRORS.items():
        path = OUT / f"{name}.rs"
        text = mirror(*content)
        if not path.exists() or path.read_text() != text:
            stale.append(path.name)
            if not check:
                path.write_text(text)
    if check and stale:
        sys.exit(f"mirror: not as in the core: {', '.join(stale)}. Run scripts/mirror.py")
    print("mirror:", "written: " + ", ".join(stale) if stale else "as in the core")


if __name__ == "__main__":
    main()
