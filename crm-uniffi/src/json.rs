//! Every value as JSON, in the very form that the core gives it: to be kept, sent, and read in any language.

use crm_core::Error;
use crm_core::base::{AsOf, Channel, Declaration, FieldDecl, Money, Value, Window};
use crm_core::change::{ChangeSet, Committed, Receipt};
use crm_core::crm::{
    AssessOptions, Assessed, CaughtUp, Imported, Membership, PurchaseColumns, Recorded, Segment, SegmentView,
};
use crm_core::crm::{ColumnsInfo, SegmentDiff, SegmentVersion, Ticked, Trial, TrialAnswer, WhyNot};
use crm_core::customer::{
    Attribute, AttributeValue, ContactKind, ContactPoint, Customer, NewContactPoint, NewCustomer, NewRelationship,
    Relationship,
};
use crm_core::fact::{Fact, SourceRef};
use crm_core::intake::{ContactMapping, Mode, PurchaseMapping, PurchaseRow};
use crm_core::interaction::{Interaction, NewInteraction, OrderLine, Timeline};
use crm_core::loyalty::{
    Activity, Adjustment, Cancellation, Capture, Claim, Definition, Liability, Movement, PointsDecision,
    ProgrammeReport, Purchase, Redemption, Refund, Reservation, RewardOffer, Simulation, Standing, Statement,
    TierChange, Transfer, Violation, Voucher, VoucherUse, WhatIf,
};
use crm_core::marketing::{AudienceSummary, Campaign, MessageOutcome, ResponseTally};
use crm_core::privacy::{
    AccessPackage, ConsentEvent, ContactAnswer, ContactDecision, ContactQuestion, Policy, Purpose, SuppressionReason,
};
use crm_core::record::Record;
use crm_core::score::{BgNbdFit, GammaGammaFit, RfmOptions, RfmTable, SummaryOptions};
use crm_core::segment::{
    Diagnostic, Explanation, LiveSegments, MembershipChange, NextChange, Relation, SqlDialect, SqlText,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{
    Assessment, Catalogue, ContactPermits, CrmError, CustomerPage, InteractionPage, Ledger, Programme, Summaries, guard,
};

/// A value as JSON.
pub(crate) fn written<T: Serialize>(value: &T) -> crm_core::Result<String> {
    serde_json::to_string(value).map_err(|_| Error::invalid("json", "the value has no form in JSON"))
}

/// A value out of JSON. A refusal says where and not what, since the text may hold personal data.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8], what: &str) -> crm_core::Result<T> {
    serde_json::from_slice(json).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Error::invalid("json", format!("is no {what}, at line {line}, column {column}"))
    })
}

macro_rules! door {
    ($($name:ident: $($to:ident)? $(, $from:ident)?;)+) => {$(
        $(
            /// The value as JSON.
            #[uniffi::export]
            pub fn $to(value: $name) -> Result<String, CrmError> {
                guard(|| written(&value))
            }
        )?

        $(
            /// The value out of JSON. What may be missing may be left out.
            #[uniffi::export]
            pub fn $from(json: String) -> Result<$name, CrmError> {
                guard(|| read(json.as_bytes(), stringify!($name)))
            }
        )?
    )+};
}

pub(crate) use door;

door! {
    AsOf: as_of_to_json, as_of_from_json;
    Window: window_to_json, window_from_json;
    FieldDecl: field_decl_to_json, field_decl_from_json;
    Declaration: declaration_to_json, declaration_from_json;
    Value: value_to_json, value_from_json;
    Money: money_to_json, money_from_json;
    Channel: channel_to_json, channel_from_json;
    SourceRef: source_ref_to_json, source_ref_from_json;
    Customer: customer_to_json, customer_from_json;
    NewCustomer: new_customer_to_json, new_customer_from_json;
    ContactKind: contact_kind_to_json, contact_kind_from_json;
    ContactPoint: contact_point_to_json, contact_point_from_json;
    NewContactPoint: new_contact_point_to_json, new_contact_point_from_json;
    Attribute: attribute_to_json, attribute_from_json;
    AttributeValue: attribute_value_to_json, attribute_value_from_json;
    Relationship: relationship_to_json, relationship_from_json;
    NewRelationship: new_relationship_to_json, new_relationship_from_json;
    CustomerPage: customer_page_to_json, customer_page_from_json;
    Interaction: interaction_to_json, interaction_from_json;
    NewInteraction: new_interaction_to_json, new_interaction_from_json;
    OrderLine: order_line_to_json, order_line_from_json;
    Timeline: timeline_to_json, timeline_from_json;
    Recorded: recorded_to_json, recorded_from_json;
    InteractionPage: interaction_page_to_json, interaction_page_from_json;
    Purpose: purpose_to_json, purpose_from_json;
    ConsentEvent: consent_event_to_json, consent_event_from_json;
    ContactQuestion: contact_question_to_json, contact_question_from_json;
    ContactDecision: contact_decision_to_json, contact_decision_from_json;
    ContactAnswer: contact_answer_to_json, contact_answer_from_json;
    AccessPackage: access_package_to_json, access_package_from_json;
    SuppressionReason: suppression_reason_to_json, suppression_reason_from_json;
    PurchaseMapping: purchase_mapping_to_json, purchase_mapping_from_json;
    ContactMapping: contact_mapping_to_json, contact_mapping_from_json;
    PurchaseRow: purchase_row_to_json, purchase_row_from_json;
    Mode: mode_to_json, mode_from_json;
    Campaign: campaign_to_json, campaign_from_json;
    AudienceSummary: audience_summary_to_json, audience_summary_from_json;
    MessageOutcome: message_outcome_to_json, message_outcome_from_json;
    ResponseTally: response_tally_to_json, response_tally_from_json;
    Definition: definition_to_json, definition_from_json;
    Purchase: purchase_to_json, purchase_from_json;
    Refund: refund_to_json, refund_from_json;
    Redemption: redemption_to_json, redemption_from_json;
    Cancellation: cancellation_to_json, cancellation_from_json;
    Adjustment: adjustment_to_json, adjustment_from_json;
    Activity: activity_to_json, activity_from_json;
    Reservation: reservation_to_json, reservation_from_json;
    Capture: capture_to_json, capture_from_json;
    Transfer: transfer_to_json, transfer_from_json;
    Claim: claim_to_json, claim_from_json;
    VoucherUse: voucher_use_to_json, voucher_use_from_json;
    Voucher: voucher_to_json, voucher_from_json;
    RewardOffer: reward_offer_to_json;
    ProgrammeReport: programme_report_to_json, programme_report_from_json;
    Movement: movement_to_json, movement_from_json;
    Standing: standing_to_json, standing_from_json;
    Statement: statement_to_json, statement_from_json;
    Simulation: simulation_to_json;
    WhatIf: what_if_to_json;
    TierChange: tier_change_to_json;
    Liability: liability_to_json, liability_from_json;
    Violation: violation_to_json, violation_from_json;
    Segment: segment_to_json, segment_from_json;
    SegmentView: segment_view_to_json, segment_view_from_json;
    Membership: membership_to_json, membership_from_json;
    LiveSegments: live_segments_to_json, live_segments_from_json;
    MembershipChange: membership_change_to_json;
    SegmentVersion: segment_version_to_json;
    SegmentDiff: segment_diff_to_json;
    WhyNot: why_not_to_json;
    NextChange: next_change_to_json;
    Ticked: ticked_to_json;
    ColumnsInfo: columns_info_to_json;
    Trial: trial_to_json, trial_from_json;
    TrialAnswer: trial_answer_to_json;
    Relation: relation_to_json;
    SqlDialect: sql_dialect_to_json, sql_dialect_from_json;
    SqlText: sql_text_to_json;
    Diagnostic: diagnostic_to_json, diagnostic_from_json;
    Explanation: explanation_to_json, explanation_from_json;
    PurchaseColumns: purchase_columns_to_json, purchase_columns_from_json;
    SummaryOptions: summary_options_to_json, summary_options_from_json;
    RfmOptions: rfm_options_to_json, rfm_options_from_json;
    RfmTable: rfm_table_to_json, rfm_table_from_json;
    AssessOptions: assess_options_to_json, assess_options_from_json;
    BgNbdFit: bg_nbd_fit_to_json, bg_nbd_fit_from_json;
    GammaGammaFit: gamma_gamma_fit_to_json, gamma_gamma_fit_from_json;
    Record: record_to_json, record_from_json;
    Fact: fact_to_json, fact_from_json;
    ChangeSet: change_set_to_json, change_set_from_json;
    Receipt: receipt_to_json, receipt_from_json;
    Committed: committed_to_json, committed_from_json;
    Imported: imported_to_json;
    PointsDecision: points_decision_to_json;
    CaughtUp: caught_up_to_json;
    Assessed: assessed_to_json;
    Programme: programme_to_json;
    Ledger: ledger_to_json;
    Catalogue: catalogue_to_json;
    Policy: policy_to_json;
}

/// An error as JSON: its code, its message and its fields.
#[uniffi::export]
pub fn error_to_json(error: CrmError) -> Result<String, CrmError> {
    match error {
        CrmError::Internal { reason } => {
            guard(|| written(&serde_json::json!({ "code": "internal", "reason": reason })))
        }
        error => guard(|| written(&Error::from(error))),
    }
}

#[uniffi::export]
impl Summaries {
    /// All of it as JSON.
    pub fn to_json(&self) -> Result<String, CrmError> {
        guard(|| written(&self.0))
    }
}

#[uniffi::export]
impl Assessment {
    /// All of it as JSON.
    pub fn to_json(&self) -> Result<String, CrmError> {
        guard(|| written(&self.0))
    }
}

#[uniffi::export]
impl ContactPermits {
    /// The permits as JSON. They cannot be read back: only the evaluator makes permits.
    pub fn to_json(&self) -> Result<String, CrmError> {
        guard(|| written(&self.0))
    }
}
