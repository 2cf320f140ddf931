//! Calling an operation by its name.

use crm_core::Crm;
use crm_core::base::{Error, Name, Result};
use crm_core::crm::{Loyalty, Segments, Summaries};
use crm_core::marketing::Audience;
use crm_core::privacy::ContactPermit;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::analyses::{self, analysis};
use crate::story::Kept;

/// An answer: as data, and, where data is not all of it, the very thing.
pub struct Answer {
    pub json: Json,
    thing: Thing,
}

enum Thing {
    Data,
    Audience(Box<Audience>),
    Permits(Vec<ContactPermit>),
    Summaries(Box<Summaries>),
}

type Operation = fn(&Crm, &mut Arguments<'_>) -> Result<Answer>;

/// The operations, by name.
const OPERATIONS: &[(&str, Operation)] = &[
    ("customers.create", |crm, with| data(crm.customers().create(with.take("new")?))),
    ("customers.create_all", |crm, with| data(crm.customers().create_all(&with.list("new")?))),
    ("customers.get", |crm, with| data(crm.customers().get(with.take("id")?))),
    ("customers.get_all", |crm, with| data(crm.customers().get_all(&with.list("ids")?))),
    ("customers.find", |crm, with| {
        data(crm.customers().find(&with.take("namespace")?, &with.take::<String>("value")?))
    }),
    ("customers.find_all", |crm, with| {
        let values: Vec<String> = with.take("values")?;
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        data(crm.customers().find_all(&with.take("namespace")?, &values))
    }),
    ("customers.find_contact_points", |crm, with| {
        data(crm.customers().find_contact_points(with.take("kind")?, &with.take::<String>("value")?))
    }),
    ("customers.list", |crm, with| data(crm.customers().list(with.take("limit")?, with.take("cursor")?))),
    ("customers.save", |crm, with| data(crm.customers().save(&with.take("edited")?))),
    ("customers.archive", |crm, with| data(crm.customers().archive(with.take("id")?))),
    ("customers.restore", |crm, with| data(crm.customers().restore(with.take("id")?))),
    ("customers.add_contact_point", |crm, with| {
        data(crm.customers().add_contact_point(with.take("id")?, &with.take("new")?))
    }),
    ("customers.save_contact_point", |crm, with| data(crm.customers().save_contact_point(&with.take("edited")?))),
    ("customers.contact_points", |crm, with| data(crm.customers().contact_points(with.take("id")?))),
    ("customers.relate", |crm, with| data(crm.customers().relate(&with.take("new")?))),
    ("customers.save_relationship", |crm, with| data(crm.customers().save_relationship(&with.take("edited")?))),
    ("customers.relationships", |crm, with| data(crm.customers().relationships(with.take("id")?))),
    ("customers.declare_attributes", |crm, with| data(crm.customers().declare_attributes(&with.list("attributes")?))),
    ("customers.set_attributes", |crm, with| {
        data(crm.customers().set_attributes(with.take("id")?, &with.list("values")?))
    }),
    ("customers.attribute_history", |crm, with| {
        data(crm.customers().attribute_history(with.take("id")?, &with.take("name")?))
    }),
    ("customers.attribute_as_of", |crm, with| {
        data(crm.customers().attribute_as_of(with.take("id")?, &with.take("name")?, with.take("as_of")?))
    }),
    ("interactions.record", |crm, with| data(crm.interactions().record(with.take("new")?))),
    ("interactions.record_all", |crm, with| data(crm.interactions().record_all(&with.list("batch")?))),
    ("interactions.get", |crm, with| data(crm.interactions().get(with.take("id")?))),
    ("interactions.lines", |crm, with| data(crm.interactions().lines(with.take("id")?))),
    ("interactions.timeline", |crm, with| {
        data(crm.interactions().timeline(with.take("customer")?, with.take("timeline")?))
    }),
    ("interactions.declare_properties", |crm, with| {
        data(crm.interactions().declare_properties(&with.list("properties")?))
    }),
    ("intake.purchases", |crm, with| {
        data(crm.intake().purchases(&with.file("file")?, &with.take("mapping")?, with.take("mode")?))
    }),
    ("intake.purchase_rows", |crm, with| data(crm.intake().purchase_rows(&with.list("rows")?, with.take("mode")?))),
    ("intake.contacts", |crm, with| {
        data(crm.intake().contacts(&with.file("file")?, &with.take("mapping")?, with.take("mode")?))
    }),
    ("privacy.define", |crm, with| data(crm.privacy().define(&with.take("purpose")?))),
    ("privacy.policy", |crm, _| data(crm.privacy().policy())),
    ("privacy.record", |crm, with| data(crm.privacy().record(&with.list("events")?))),
    ("privacy.withdraw", |crm, with| data(crm.privacy().withdraw(with.take("customer")?))),
    ("privacy.evaluate", |crm, with| data(crm.privacy().evaluate(&with.take("question")?, with.take("as_of")?))),
    ("privacy.explain", |crm, with| data(crm.privacy().explain(with.take("customer")?, with.take("as_of")?))),
    ("privacy.suppress", |crm, with| {
        data(crm.privacy().suppress(with.take("point")?, with.take("reason")?, with.take("at")?))
    }),
    ("privacy.export", |crm, with| data(crm.privacy().export(with.take("customer")?))),
    ("privacy.erase", |crm, with| data(crm.privacy().erase(with.take("customer")?))),
    ("marketing.define", |crm, with| data(crm.marketing().define(&with.take("campaign")?))),
    ("marketing.get", |crm, with| data(crm.marketing().get(&with.take("name")?))),
    ("marketing.plan", |crm, with| {
        let audience = crm.marketing().plan(&with.take("campaign")?, &with.list("members")?, with.take("as_of")?)?;
        Ok(Answer { json: json(&audience.summary())?, thing: Thing::Audience(Box::new(audience)) })
    }),
    ("marketing.adopt", |crm, with| data(crm.marketing().adopt(with.audience("audience")))),
    ("marketing.next_batch", |crm, with| {
        let n = with.take("n")?;
        let permits = crm.marketing().next_batch(with.audience("audience"), n)?;
        Ok(Answer { json: json(&permits)?, thing: Thing::Permits(permits) })
    }),
    ("marketing.sent", |crm, with| {
        let campaign = with.take("campaign")?;
        data(crm.marketing().sent(&campaign, with.permits("permits")))
    }),
    ("marketing.record_outcomes", |crm, with| {
        data(crm.marketing().record_outcomes(&with.take("campaign")?, &with.list("outcomes")?))
    }),
    ("marketing.response", |crm, with| {
        data(crm.marketing().response(&with.take("campaign")?, with.take("within_micros")?, with.take("as_of")?))
    }),
    ("loyalty.id_of", |_, with| data(Ok(Loyalty::id_of(&with.take("key")?)))),
    ("loyalty.publish", |crm, with| {
        data(crm.loyalty().publish(with.take("id")?, &with.take("definition")?, with.take("from")?))
    }),
    ("loyalty.programme", |crm, with| data(crm.loyalty().programme(with.take("id")?))),
    ("loyalty.ledger", |crm, with| data(crm.loyalty().ledger(with.take("member")?))),
    ("loyalty.join", |crm, with| data(crm.loyalty().join(with.take("id")?, with.take("member")?, with.take("at")?))),
    ("loyalty.credit", |crm, with| data(crm.loyalty().credit(with.take("id")?, &with.take("activity")?))),
    ("loyalty.reserve", |crm, with| data(crm.loyalty().reserve(with.take("id")?, &with.take("reservation")?))),
    ("loyalty.capture", |crm, with| {
        data(crm.loyalty().capture(with.take("id")?, with.take("member")?, &with.take("capture")?))
    }),
    ("loyalty.release", |crm, with| {
        let (id, member, reservation) = (with.take("id")?, with.take("member")?, with.take("reservation")?);
        data(crm.loyalty().release(id, member, reservation, with.take("at")?))
    }),
    ("loyalty.confirm", |crm, with| {
        let (id, member, cause) = (with.take("id")?, with.take("member")?, with.take("cause")?);
        data(crm.loyalty().confirm(id, member, cause, with.take("at")?))
    }),
    ("loyalty.transfer", |crm, with| data(crm.loyalty().transfer(with.take("id")?, &with.take("transfer")?))),
    ("loyalty.simulate", |crm, with| data(crm.loyalty().simulate(with.take("id")?, &with.take("basket")?))),
    ("loyalty.what_if", |crm, with| {
        let definition = with.take("definition")?;
        data(crm.loyalty().what_if(with.take("id")?, &definition, with.take("from")?, with.take("at")?))
    }),
    ("loyalty.earn", |crm, with| data(crm.loyalty().earn(with.take("id")?, &with.take("purchase")?))),
    ("loyalty.refund", |crm, with| {
        data(crm.loyalty().refund(with.take("id")?, &with.take("purchase")?, &with.list("refunds")?))
    }),
    ("loyalty.redeem", |crm, with| data(crm.loyalty().redeem(with.take("id")?, &with.take("redemption")?))),
    ("loyalty.cancel", |crm, with| {
        data(crm.loyalty().cancel(with.take("id")?, with.take("member")?, &with.take("cancellation")?))
    }),
    ("loyalty.adjust", |crm, with| data(crm.loyalty().adjust(with.take("id")?, &with.take("adjustment")?))),
    ("loyalty.settle", |crm, with| data(crm.loyalty().settle(with.take("id")?, with.take("member")?))),
    ("loyalty.standing", |crm, with| {
        data(crm.loyalty().standing(with.take("id")?, with.take("member")?, with.take("at")?))
    }),
    ("loyalty.standings", |crm, with| data(crm.loyalty().standings(with.take("id")?, with.take("at")?))),
    ("loyalty.tier_history", |crm, with| {
        data(crm.loyalty().tier_history(with.take("id")?, with.take("member")?, with.take("until")?))
    }),
    ("loyalty.rewards", |crm, with| {
        let segments = with.take::<Vec<Name>>("segments")?;
        data(crm.loyalty().rewards(with.take("id")?, with.take("member")?, with.take("at")?, &segments))
    }),
    ("loyalty.claim", |crm, with| data(crm.loyalty().claim(with.take("id")?, &with.take("claim")?))),
    ("loyalty.vouchers", |crm, with| data(crm.loyalty().vouchers(with.take("id")?, with.take("member")?))),
    ("loyalty.voucher", |crm, with| data(crm.loyalty().voucher(&with.take::<String>("code")?))),
    ("loyalty.use_voucher", |crm, with| data(crm.loyalty().use_voucher(&with.take("by")?))),
    ("loyalty.cancel_voucher", |crm, with| {
        data(crm.loyalty().cancel_voucher(&with.take::<String>("code")?, with.take("at")?))
    }),
    ("loyalty.statement", |crm, with| {
        data(crm.loyalty().statement(with.take("id")?, with.take("member")?, with.take("window")?))
    }),
    ("loyalty.liability", |crm, with| data(crm.loyalty().liability(with.take("id")?, with.take("at")?))),
    ("loyalty.report", |crm, with| {
        let unit: Option<Name> = with.take("unit")?;
        data(crm.loyalty().report(with.take("id")?, with.take("window")?, unit.as_ref()))
    }),
    ("loyalty.audit", |crm, with| data(crm.loyalty().audit(with.take("id")?))),
    ("loyalty.catch_up", |crm, with| data(crm.loyalty().catch_up(with.take("id")?, with.take("until")?))),
    ("segments.id_of", |_, with| data(Ok(Segments::id_of(&with.take("name")?)))),
    ("segments.catalogue", |crm, _| data(crm.segments().catalogue())),
    ("segments.check", |crm, with| data(crm.segments().check(&with.take::<String>("text")?))),
    ("segments.define", |crm, with| data(crm.segments().define(&with.take("name")?, &with.take::<String>("text")?))),
    ("segments.declare_events", |crm, with| data(crm.segments().declare_events(&with.list("names")?))),
    ("segments.add_to_list", |crm, with| {
        data(crm.segments().add_to_list(&with.take("list")?, &with.list("customers")?))
    }),
    ("segments.remove_from_list", |crm, with| {
        data(crm.segments().remove_from_list(&with.take("list")?, &with.list("customers")?))
    }),
    ("segments.get", |crm, with| data(crm.segments().get(&with.take("name")?))),
    ("segments.versions", |crm, with| data(crm.segments().versions(&with.take("name")?))),
    ("segments.list", |crm, _| data(crm.segments().list())),
    ("segments.members", |crm, with| data(crm.segments().members(&with.take("name")?, &with.take("view")?))),
    ("segments.matching", |crm, with| {
        data(crm.segments().matching(&with.take::<String>("text")?, &with.take("view")?))
    }),
    ("segments.evaluate", |crm, with| data(crm.segments().evaluate(&with.list("segments")?, &with.take("view")?))),
    ("segments.explain", |crm, with| {
        data(crm.segments().explain(&with.take("name")?, with.take("customer")?, &with.take("view")?))
    }),
    ("segments.explain_all", |crm, with| {
        data(crm.segments().explain_all(&with.list("segments")?, with.take("customer")?, &with.take("view")?))
    }),
    ("segments.explain_in_words", |crm, with| {
        data(crm.segments().explain_in_words(&with.take("name")?, with.take("customer")?, &with.take("view")?))
    }),
    ("segments.why_not", |crm, with| {
        data(crm.segments().why_not(&with.take("name")?, with.take("customer")?, &with.take("view")?))
    }),
    ("segments.next_change", |crm, with| {
        data(crm.segments().next_change(&with.take("name")?, with.take("customer")?, &with.take("view")?))
    }),
    ("segments.diff", |crm, with| {
        let (old, new): (String, String) = (with.take("old_text")?, with.take("new_text")?);
        data(crm.segments().diff(&old, &new, &with.take("view")?))
    }),
    ("segments.set_live", |crm, with| data(crm.segments().set_live(&with.take("live")?))),
    ("segments.live", |crm, _| data(crm.segments().live())),
    ("segments.tick", |crm, with| data(crm.segments().tick(with.take("now")?))),
    ("segments.memberships", |crm, with| data(crm.segments().memberships(with.take("customer")?))),
    ("segments.live_members", |crm, with| data(crm.segments().live_members(&with.take("name")?))),
    ("segments.membership_history", |crm, with| data(crm.segments().membership_history(with.take("customer")?))),
    ("segments.memberships_at", |crm, with| {
        data(crm.segments().memberships_at(with.take("customer")?, with.take("at")?))
    }),
    ("segments.load_columns", |crm, with| data(crm.segments().load_columns(with.take("threads")?))),
    ("segments.drop_columns", |crm, _| data(crm.segments().drop_columns())),
    ("segments.columns_info", |crm, _| data(crm.segments().columns_info())),
    ("segments.try_out", |crm, with| data(crm.segments().try_out(&with.take("trial")?))),
    ("segments.relation", |crm, with| {
        data(crm.segments().relation(&with.take::<String>("one_text")?, &with.take::<String>("other_text")?))
    }),
    ("segments.to_sql", |crm, with| {
        data(crm.segments().to_sql(&with.take::<String>("text")?, &with.take("view")?, with.take("dialect")?))
    }),
    ("scores.purchases", |crm, with| {
        data(crm.scores().purchases(with.take("currency")?, &with.take("zone")?, with.take("as_of")?))
    }),
    ("scores.summaries", |crm, with| {
        let summaries = crm.scores().summaries(&with.take("options")?)?;
        Ok(Answer { json: json(&summaries)?, thing: Thing::Summaries(Box::new(summaries)) })
    }),
    ("scores.rfm", |crm, with| {
        let options = with.take("options")?;
        data(crm.scores().rfm(with.summaries("summaries"), &options))
    }),
    ("scores.assess", |crm, with| data(crm.scores().assess(&with.take("options")?))),
];

pub fn is_known(name: &str) -> bool {
    OPERATIONS.iter().any(|(known, _)| *known == name) || analyses::names().any(|known| known == name)
}

/// Calls an operation. An argument that it does not take is an error, like one that is missing.
pub fn call(crm: &Crm, name: &str, with: &Map<String, Json>, kept: &mut Kept) -> Result<Answer> {
    let mut arguments = Arguments { with: with.clone(), kept };
    let answer = if let Some(analysis) = analysis(name) {
        Answer { json: analysis(&mut arguments)?, thing: Thing::Data }
    } else {
        let (_, operation) = OPERATIONS.iter().find(|(known, _)| *known == name).expect("a known operation");
        operation(crm, &mut arguments)?
    };
    assert!(arguments.with.is_empty(), "{name} does not take {:?}", arguments.with.keys());
    Ok(answer)
}

fn data<T: Serialize>(answer: Result<T>) -> Result<Answer> {
    Ok(Answer { json: json(&answer?)?, thing: Thing::Data })
}

fn json<T: Serialize>(answer: &T) -> Result<Json> {
    serde_json::to_value(answer).map_err(|error| panic!("an answer is data: {error}"))
}

/// The arguments of a call, by name.
pub struct Arguments<'a> {
    with: Map<String, Json>,
    kept: &'a mut Kept,
}

impl Arguments<'_> {
    /// An argument of plain data. What is not one is an invalid argument.
    pub fn take<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T> {
        let value = self.with.remove(name).unwrap_or(Json::Null);
        serde_json::from_value(value).map_err(|error| Error::invalid(name, error.to_string()))
    }

    /// A list of plain data.
    pub fn list<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Vec<T>> {
        self.take(name)
    }

    /// The bytes of a file: text, or `{"base64": ".."}`.
    fn file(&mut self, name: &'static str) -> Result<Vec<u8>> {
        match self.take(name)? {
            Json::String(text) => Ok(text.into_bytes()),
            other => Ok(decoded(other["base64"].as_str().expect("text or base64"))),
        }
    }

    /// An answer that was kept, by its name.
    pub fn kept<T: DeserializeOwned>(&mut self, name: &'static str) -> T {
        let kept = self.with.remove(name).and_then(|value| value.as_str().map(str::to_owned)).expect("a kept answer");
        serde_json::from_value(self.kept.get(&kept).expect("was kept").json.clone()).expect("an answer of its type")
    }

    fn thing(&mut self, name: &'static str) -> &mut Thing {
        let kept = self.with.remove(name).and_then(|value| value.as_str().map(str::to_owned)).expect("a kept answer");
        &mut self.kept.get_mut(&kept).expect("was kept").thing
    }

    fn audience(&mut self, name: &'static str) -> &mut Audience {
        if let Thing::Audience(audience) = self.thing(name) { audience } else { panic!("{name}: no audience") }
    }

    fn permits(&mut self, name: &'static str) -> &[ContactPermit] {
        if let Thing::Permits(permits) = self.thing(name) { permits } else { panic!("{name}: no permits") }
    }

    fn summaries(&mut self, name: &'static str) -> &Summaries {
        if let Thing::Summaries(summaries) = self.thing(name) { summaries } else { panic!("{name}: no summaries") }
    }
}

/// Decodes base64 (RFC 4648, section 4).
pub fn decoded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = |letter: u8| LETTERS.iter().position(|one| *one == letter).expect("a letter of base64") as u32;
    let bits = text.bytes().filter(|letter| *letter != b'=').collect::<Vec<_>>();
    bits.chunks(4)
        .flat_map(|group| {
            let sum = group.iter().fold(0, |sum, letter| sum << 6 | value(*letter)) << (6 * (4 - group.len()));
            sum.to_be_bytes()[1..group.len()].to_vec()
        })
        .collect()
}

#[test]
fn base64_is_decoded() {
    for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob")] {
        assert_eq!(decoded(text), bytes.as_bytes());
    }
}

#[test]
fn no_operation_is_listed_twice() {
    let names: std::collections::BTreeSet<&str> = OPERATIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), OPERATIONS.len());
    assert!(names.iter().all(|name| Name::new(name.replace('.', "_").as_str()).is_ok()));
}
