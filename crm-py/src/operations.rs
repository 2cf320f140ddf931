//! Every operation of the facade whose arguments and answer are plain data, by its name.
//!
//! A line says how an operation's arguments are called and what is done with them; what they are and what comes back is
//! known by their types. The typed layer in Python has a method for each. The few operations on things that are not plain
//! data (audiences, permits, tables) are methods of the engine.

use crm_core::Crm;
use crm_core::base::{
    AsOf, ContactPointId, Cursor, CustomerId, FieldDecl, Id, InteractionId, Name, ProgrammeId, Timestamp, Window,
};
use crm_core::crm::{Loyalty, Segment, SegmentView, Segments, Trial};
use crm_core::customer::{
    AttributeValue, ContactKind, ContactPoint, Customer, NewContactPoint, NewCustomer, NewRelationship, Relationship,
};
use crm_core::intake::{Mode, PurchaseRow};
use crm_core::interaction::{NewInteraction, Timeline};
use crm_core::loyalty::{
    Activity, Adjustment, Cancellation, Capture, Claim, Definition, Purchase, Redemption, Refund, Reservation,
    Transfer, VoucherUse,
};
use crm_core::marketing::{Campaign, MessageOutcome};
use crm_core::privacy::{ConsentEvent, ContactQuestion, Purpose, SuppressionReason};
use crm_core::segment::{LiveSegments, SqlDialect};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::convert::{read, write};
use crate::error::{Failure, detached};

/// Does an operation.
pub(crate) type Operation = for<'py> fn(&Crm, &Bound<'py, PyDict>) -> Result<Bound<'py, PyAny>, Failure>;

fn run<'py, A: DeserializeOwned + Send, R: Serialize + Send>(
    crm: &Crm,
    arguments: &Bound<'py, PyDict>,
    work: fn(&Crm, A) -> crm_core::Result<R>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let py = arguments.py();
    let with = read(arguments.as_any())?;
    let answer = detached(py, || Ok(work(crm, with)?))?;
    Ok(write(py, &answer)?)
}

macro_rules! operations {
    ($($name:literal ($($argument:ident: $type:ty),*) |$crm:pat_param| $work:expr;)+) => {
        /// Every operation.
        pub(crate) const OPERATIONS: &[&str] = &[$($name),+];

        /// The operation of a name.
        pub(crate) fn operation(name: &str) -> Option<Operation> {
            Some(match name {
                $($name => {
                    #[derive(serde::Deserialize)]
                    #[serde(deny_unknown_fields)]
                    struct Arguments { $($argument: $type),* }

                    |crm, arguments| run(crm, arguments, |$crm: &Crm, Arguments { $($argument),* }: Arguments| $work)
                })+
                _ => return None,
            })
        }
    };
}

fn borrowed(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

operations! {
    "customers.create"(new: NewCustomer) |crm| crm.customers().create(new);
    "customers.create_all"(new: Vec<NewCustomer>) |crm| crm.customers().create_all(&new);
    "customers.get"(id: CustomerId) |crm| crm.customers().get(id);
    "customers.get_all"(ids: Vec<CustomerId>) |crm| crm.customers().get_all(&ids);
    "customers.find"(namespace: Name, value: String) |crm| crm.customers().find(&namespace, &value);
    "customers.find_all"(namespace: Name, values: Vec<String>)
        |crm| crm.customers().find_all(&namespace, &borrowed(&values));
    "customers.find_contact_points"(kind: ContactKind, value: String)
        |crm| crm.customers().find_contact_points(kind, &value);
    "customers.list"(limit: usize, cursor: Option<Cursor>) |crm| crm.customers().list(limit, cursor);
    "customers.save"(edited: Customer) |crm| crm.customers().save(&edited);
    "customers.archive"(id: CustomerId) |crm| crm.customers().archive(id);
    "customers.restore"(id: CustomerId) |crm| crm.customers().restore(id);
    "customers.add_contact_point"(id: CustomerId, new: NewContactPoint)
        |crm| crm.customers().add_contact_point(id, &new);
    "customers.save_contact_point"(edited: ContactPoint) |crm| crm.customers().save_contact_point(&edited);
    "customers.contact_points"(id: CustomerId) |crm| crm.customers().contact_points(id);
    "customers.relate"(new: NewRelationship) |crm| crm.customers().relate(&new);
    "customers.save_relationship"(edited: Relationship) |crm| crm.customers().save_relationship(&edited);
    "customers.relationships"(id: CustomerId) |crm| crm.customers().relationships(id);
    "customers.declare_attributes"(attributes: Vec<FieldDecl>)
        |crm| crm.customers().declare_attributes(&attributes);
    "customers.set_attributes"(id: CustomerId, values: Vec<AttributeValue>)
        |crm| crm.customers().set_attributes(id, &values);
    "customers.attribute_history"(id: CustomerId, name: Name) |crm| crm.customers().attribute_history(id, &name);
    "customers.attribute_as_of"(id: CustomerId, name: Name, as_of: AsOf)
        |crm| crm.customers().attribute_as_of(id, &name, as_of);

    "interactions.record"(new: NewInteraction) |crm| crm.interactions().record(new);
    "interactions.record_all"(batch: Vec<NewInteraction>) |crm| crm.interactions().record_all(&batch);
    "interactions.get"(id: InteractionId) |crm| crm.interactions().get(id);
    "interactions.lines"(id: InteractionId) |crm| crm.interactions().lines(id);
    "interactions.timeline"(customer: CustomerId, timeline: Timeline)
        |crm| crm.interactions().timeline(customer, timeline);
    "interactions.declare_properties"(properties: Vec<FieldDecl>)
        |crm| crm.interactions().declare_properties(&properties);

    "intake.purchase_rows"(rows: Vec<PurchaseRow>, mode: Mode) |crm| crm.intake().purchase_rows(&rows, mode);

    "privacy.define"(purpose: Purpose) |crm| crm.privacy().define(&purpose);
    "privacy.policy"() |crm| crm.privacy().policy();
    "privacy.record"(events: Vec<ConsentEvent>) |crm| crm.privacy().record(&events);
    "privacy.withdraw"(customer: CustomerId) |crm| crm.privacy().withdraw(customer);
    "privacy.evaluate"(question: ContactQuestion, as_of: AsOf) |crm| crm.privacy().evaluate(&question, as_of);
    "privacy.explain"(customer: CustomerId, as_of: AsOf) |crm| crm.privacy().explain(customer, as_of);
    "privacy.suppress"(point: ContactPointId, reason: SuppressionReason, at: Timestamp)
        |crm| crm.privacy().suppress(point, reason, at);
    "privacy.export"(customer: CustomerId) |crm| crm.privacy().export(customer);
    "privacy.erase"(customer: CustomerId) |crm| crm.privacy().erase(customer);

    "marketing.define"(campaign: Campaign) |crm| crm.marketing().define(&campaign);
    "marketing.get"(name: Name) |crm| crm.marketing().get(&name);
    "marketing.record_outcomes"(campaign: Campaign, outcomes: Vec<MessageOutcome>)
        |crm| crm.marketing().record_outcomes(&campaign, &outcomes);
    "marketing.response"(campaign: Campaign, within_micros: i64, as_of: AsOf)
        |crm| crm.marketing().response(&campaign, within_micros, as_of);

    "loyalty.id_of"(key: Name) |_| Ok(Loyalty::id_of(&key));
    "loyalty.publish"(id: ProgrammeId, definition: Definition, from: Timestamp)
        |crm| crm.loyalty().publish(id, &definition, from);
    "loyalty.programme"(id: ProgrammeId) |crm| crm.loyalty().programme(id);
    "loyalty.ledger"(member: CustomerId) |crm| crm.loyalty().ledger(member);
    "loyalty.earn"(id: ProgrammeId, purchase: Purchase) |crm| crm.loyalty().earn(id, &purchase);
    "loyalty.refund"(id: ProgrammeId, purchase: Purchase, refunds: Vec<Refund>)
        |crm| crm.loyalty().refund(id, &purchase, &refunds);
    "loyalty.redeem"(id: ProgrammeId, redemption: Redemption) |crm| crm.loyalty().redeem(id, &redemption);
    "loyalty.cancel"(id: ProgrammeId, member: CustomerId, cancellation: Cancellation)
        |crm| crm.loyalty().cancel(id, member, &cancellation);
    "loyalty.adjust"(id: ProgrammeId, adjustment: Adjustment) |crm| crm.loyalty().adjust(id, &adjustment);
    "loyalty.settle"(id: ProgrammeId, member: CustomerId) |crm| crm.loyalty().settle(id, member);
    "loyalty.standing"(id: ProgrammeId, member: CustomerId, at: Timestamp)
        |crm| crm.loyalty().standing(id, member, at);
    "loyalty.standings"(id: ProgrammeId, at: Timestamp) |crm| crm.loyalty().standings(id, at);
    "loyalty.statement"(id: ProgrammeId, member: CustomerId, window: Window)
        |crm| crm.loyalty().statement(id, member, window);
    "loyalty.liability"(id: ProgrammeId, at: Timestamp) |crm| crm.loyalty().liability(id, at);
    "loyalty.audit"(id: ProgrammeId) |crm| crm.loyalty().audit(id);
    "loyalty.catch_up"(id: ProgrammeId, until: Timestamp) |crm| crm.loyalty().catch_up(id, until);
    "loyalty.join"(id: ProgrammeId, member: CustomerId, at: Timestamp)
        |crm| crm.loyalty().join(id, member, at);
    "loyalty.credit"(id: ProgrammeId, activity: Activity)
        |crm| crm.loyalty().credit(id, &activity);
    "loyalty.reserve"(id: ProgrammeId, reservation: Reservation)
        |crm| crm.loyalty().reserve(id, &reservation);
    "loyalty.capture"(id: ProgrammeId, member: CustomerId, capture: Capture)
        |crm| crm.loyalty().capture(id, member, &capture);
    "loyalty.release"(id: ProgrammeId, member: CustomerId, reservation: Id, at: Timestamp)
        |crm| crm.loyalty().release(id, member, reservation, at);
    "loyalty.confirm"(id: ProgrammeId, member: CustomerId, cause: Id, at: Timestamp)
        |crm| crm.loyalty().confirm(id, member, cause, at);
    "loyalty.transfer"(id: ProgrammeId, transfer: Transfer)
        |crm| crm.loyalty().transfer(id, &transfer);
    "loyalty.rewards"(id: ProgrammeId, member: CustomerId, at: Timestamp, segments: Vec<Name>)
        |crm| crm.loyalty().rewards(id, member, at, &segments);
    "loyalty.claim"(id: ProgrammeId, claim: Claim)
        |crm| crm.loyalty().claim(id, &claim);
    "loyalty.vouchers"(id: ProgrammeId, member: CustomerId)
        |crm| crm.loyalty().vouchers(id, member);
    "loyalty.voucher"(code: String)
        |crm| crm.loyalty().voucher(&code);
    "loyalty.use_voucher"(by: VoucherUse)
        |crm| crm.loyalty().use_voucher(&by);
    "loyalty.cancel_voucher"(code: String, at: Timestamp)
        |crm| crm.loyalty().cancel_voucher(&code, at);
    "loyalty.report"(id: ProgrammeId, window: Window, unit: Option<Name>)
        |crm| crm.loyalty().report(id, window, unit.as_ref());
    "loyalty.simulate"(id: ProgrammeId, basket: Purchase)
        |crm| crm.loyalty().simulate(id, &basket);
    "loyalty.what_if"(id: ProgrammeId, definition: Definition, from: Timestamp, at: Timestamp)
        |crm| crm.loyalty().what_if(id, &definition, from, at);
    "loyalty.tier_history"(id: ProgrammeId, member: CustomerId, until: Timestamp)
        |crm| crm.loyalty().tier_history(id, member, until);

    "segments.id_of"(name: Name) |_| Ok(Segments::id_of(&name));
    "segments.catalogue"()
        |crm| crm.segments().catalogue();
    "segments.check"(text: String)
        |crm| crm.segments().check(&text);
    "segments.define"(name: Name, text: String)
        |crm| crm.segments().define(&name, &text);
    "segments.declare_events"(names: Vec<Name>)
        |crm| crm.segments().declare_events(&names);
    "segments.add_to_list"(list: Name, customers: Vec<CustomerId>)
        |crm| crm.segments().add_to_list(&list, &customers);
    "segments.remove_from_list"(list: Name, customers: Vec<CustomerId>)
        |crm| crm.segments().remove_from_list(&list, &customers);
    "segments.list"()
        |crm| crm.segments().list();
    "segments.get"(name: Name)
        |crm| crm.segments().get(&name);
    "segments.versions"(name: Name)
        |crm| crm.segments().versions(&name);
    "segments.members"(name: Name, view: SegmentView)
        |crm| crm.segments().members(&name, &view);
    "segments.matching"(text: String, view: SegmentView)
        |crm| crm.segments().matching(&text, &view);
    "segments.evaluate"(segments: Vec<Segment>, view: SegmentView)
        |crm| crm.segments().evaluate(&segments, &view);
    "segments.explain"(name: Name, customer: CustomerId, view: SegmentView)
        |crm| crm.segments().explain(&name, customer, &view);
    "segments.explain_all"(segments: Vec<Segment>, customer: CustomerId, view: SegmentView)
        |crm| crm.segments().explain_all(&segments, customer, &view);
    "segments.explain_in_words"(name: Name, customer: CustomerId, view: SegmentView)
        |crm| crm.segments().explain_in_words(&name, customer, &view);
    "segments.why_not"(name: Name, customer: CustomerId, view: SegmentView)
        |crm| crm.segments().why_not(&name, customer, &view);
    "segments.next_change"(name: Name, customer: CustomerId, view: SegmentView)
        |crm| crm.segments().next_change(&name, customer, &view);
    "segments.diff"(old_text: String, new_text: String, view: SegmentView)
        |crm| crm.segments().diff(&old_text, &new_text, &view);
    "segments.load_columns"(threads: u32)
        |crm| crm.segments().load_columns(threads);
    "segments.drop_columns"()
        |crm| crm.segments().drop_columns();
    "segments.columns_info"()
        |crm| crm.segments().columns_info();
    "segments.set_live"(live: LiveSegments)
        |crm| crm.segments().set_live(&live);
    "segments.live"()
        |crm| crm.segments().live();
    "segments.tick"(now: Timestamp)
        |crm| crm.segments().tick(now);
    "segments.memberships"(customer: CustomerId)
        |crm| crm.segments().memberships(customer);
    "segments.live_members"(name: Name)
        |crm| crm.segments().live_members(&name);
    "segments.membership_history"(customer: CustomerId)
        |crm| crm.segments().membership_history(customer);
    "segments.memberships_at"(customer: CustomerId, at: Timestamp)
        |crm| crm.segments().memberships_at(customer, at);
    "segments.try_out"(trial: Trial)
        |crm| crm.segments().try_out(&trial);
    "segments.relation"(one_text: String, other_text: String)
        |crm| crm.segments().relation(&one_text, &other_text);
    "segments.to_sql"(text: String, view: SegmentView, dialect: SqlDialect)
        |crm| crm.segments().to_sql(&text, &view, dialect);
}
