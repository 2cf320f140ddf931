//! Declarations, and the form of what is written under them.

use super::probe::{Checked, Dump, List, Probe, commit, ensure, facts, malformed, same};
use super::sample::{
    GIFT, NOTE, PERSON, VISIT, appends, at, changes, declare, field, id, name, numbered_fields, person, puts,
    typed_fields, unique, visit,
};
use crate::base::{
    DataClass, Declaration, FieldDecl, Fields, Kind, Missing, Name, Provenance, Stream, Target, Value, ValueType,
};
use crate::change::{Change, ChangeSet};
use crate::fact::Fact;
use crate::record::Record;
use crate::store::{FactQuery, MAX_FIELDS, Scan};

pub(super) fn checks(list: &mut List) {
    list.add("declarations.come-back-as-they-were-made", come_back);
    list.add("declarations.are-needed-before-writing", needed);
    list.add("declarations.may-stand-in-the-same-change-set", same_set);
    list.add("declarations.must-stand-before-their-use", too_late);
    list.add("declarations.made-twice-do-no-harm", twice);
    list.add("declarations.grow-by-fields", grow);
    list.add("declarations.never-change-a-type", never_change);
    list.add("declarations.need-a-purpose", purpose);
    list.add("declarations.of-a-kind-and-a-stream-of-one-name-are-two", two_of_one_name);
    list.add("declarations.take-any-valid-name", odd_names);
    list.add("declarations.take-the-words-of-query-languages", reserved_words);
    list.add("declarations.take-as-many-fields-as-allowed", many_fields);
    list.add("declarations.leave-what-was-written-before", later);
    list.add("declarations.leave-what-was-written-before-with-another-type", later_other_type);
    list.add("declarations.without-new-fields-are-not-in-the-feed", feed);
    list.add("declarations.unknown-kinds-and-streams-are-empty", unknown);
}

fn come_back(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    let mut fields = typed_fields();
    let balance = FieldDecl::new("balance", ValueType::Int, DataClass::Financial, Provenance::ThirdParty, &["a", "b"]);
    fields.push(balance.unit("points").missing(Missing::Zero).doc("What is left, in “points”."));
    fields.push(FieldDecl::new("tags", ValueType::Texts, DataClass::FreeText, Provenance::Provided, &["c"]));
    fields.reverse();
    let declaration = Declaration { target: Target::Kind(PERSON), fields: fields.clone() };
    commit(&*store, &changes(0, vec![Change::Declare(declaration), declare(Target::Stream(GIFT), Vec::new())]))?;
    let registry = store.info()?.registry;
    same("the fields, in the order of declaration", registry.fields(&Target::Kind(PERSON)), &fields)?;
    ensure(registry.knows(&Target::Stream(GIFT)), "a stream without fields is declared")?;
    same("how many are declared", &registry.iter().count(), &2)
}

fn needed(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    malformed("a record of an undeclared kind", store.commit(&puts([person(1)])))?;
    malformed("a fact of an undeclared stream", store.commit(&appends(0, [visit(1, 1, 0)])))?;
    let mut set = ChangeSet::new(at(0));
    malformed("the removal of a record of an undeclared kind", store.commit(set.delete(&person(1))))?;
    let kind = Kind::from_static("visit");
    commit(&*store, &changes(0, vec![declare(Target::Kind(kind), Vec::new())]))?;
    malformed("a fact of a stream named like a kind", store.commit(&appends(0, [visit(1, 1, 0)])))
}

fn same_set(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    let mut set = changes(0, vec![declare(Target::Kind(PERSON), typed_fields())]);
    set.put(person(1));
    set.changes.push(declare(Target::Stream(VISIT), typed_fields()));
    set.append(visit(1, 1, 0));
    commit(&*store, &set)?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(person(1))])
}

fn too_late(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    let mut set = puts([person(1)]);
    set.changes.push(declare(Target::Kind(PERSON), typed_fields()));
    malformed("a declaration after its use", store.commit(&set))?;
    ensure(!store.info()?.registry.knows(&Target::Kind(PERSON)), "what is refused declares nothing")
}

fn twice(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1)]))?;
    let before = store.info()?.registry;
    commit(&*store, &super::sample::declarations())?;
    same("the declarations", &store.info()?.registry, &before)?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(person(1))])
}

fn grow(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1)]))?;
    let target = Target::Kind(PERSON);
    let more = vec![field("int", ValueType::Int), field("later", ValueType::Money), field("last", ValueType::Bool)];
    commit(&*store, &changes(0, vec![declare(target.clone(), more.clone())]))?;
    let mut expected = typed_fields();
    expected.extend_from_slice(&more[1..]);
    same("the fields", store.info()?.registry.fields(&target), &expected)?;
    let mut next = person(1).next();
    next.fields.set(name("last"), true);
    commit(&*store, &puts([next.clone()]))?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(next)])
}

fn never_change(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let again = declare(Target::Kind(PERSON), vec![field("new", ValueType::Int), field("text", ValueType::Int)]);
    malformed("another type for a field", store.commit(&changes(0, vec![again])))?;
    same("the fields", store.info()?.registry.fields(&Target::Kind(PERSON)), &typed_fields())?;
    let within = vec![field("new", ValueType::Int), field("new", ValueType::Text)];
    malformed("two types in one declaration", store.commit(&changes(0, vec![declare(Target::Kind(NOTE), within)])))
}

fn purpose(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let field = FieldDecl { purposes: Vec::new(), ..field("new", ValueType::Int) };
    malformed("no purpose", store.commit(&changes(0, vec![declare(Target::Kind(NOTE), vec![field])])))
}

fn two_of_one_name(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    let (kind, stream) = (Kind::from_static("thing"), Stream::from_static("thing"));
    let mut set = changes(
        0,
        vec![
            declare(Target::Kind(kind.clone()), vec![field("a", ValueType::Int)]),
            declare(Target::Stream(stream.clone()), vec![field("a", ValueType::Text)]),
        ],
    );
    let mut record = Record::new(kind.clone(), id(1));
    record.fields.set(name("a"), 1_i64);
    let mut fact = Fact::new(stream.clone(), id(1), id(1), at(0), name("x"));
    fact.fields.set(name("a"), "one");
    set.put(record.clone()).append(fact.clone());
    commit(&*store, &set)?;
    same("the record", &store.scan(&Scan::all(kind))?.items, &vec![record])?;
    same("the fact", &store.facts(&FactQuery::all(stream))?.items, &vec![fact])
}

/// Declares fields of these names and writes, to each, a number; and another as a name that nobody declared.
fn takes_names(probe: &Probe<'_>, names: &[&str]) -> Checked {
    let store = probe.empty()?;
    let declared: Vec<FieldDecl> = names.iter().map(|name| field(name, ValueType::Int)).collect();
    same("names that are valid", &declared.len(), &names.len())?;
    let kind = Target::Kind(PERSON);
    commit(&*store, &changes(0, vec![declare(kind, declared.clone()), declare(Target::Stream(VISIT), declared)]))?;
    commit(&*store, &changes(0, vec![declare(Target::Kind(NOTE), Vec::new())]))?;
    let mut fields = Fields::new();
    for (number, text) in names.iter().enumerate() {
        if let Ok(name) = Name::new(text) {
            fields.set(name, number as i64);
        }
    }
    let record = Record { fields: fields.clone(), ..Record::new(PERSON, id(1)) };
    let undeclared = Record { fields: fields.clone(), ..Record::new(NOTE, id(1)) };
    let fact = Fact { fields, ..Fact::new(VISIT, id(1), id(1), at(0), name("x")) };
    let mut set = puts([record.clone(), undeclared.clone()]);
    set.append(fact.clone());
    commit(&*store, &set)?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(record)])?;
    same("the record of undeclared fields", &store.load(&NOTE, &[id(1)])?, &vec![Some(undeclared)])?;
    same("the fact", &facts(&*store, &FactQuery::all(VISIT))?, &vec![fact])
}

fn odd_names(probe: &Probe<'_>) -> Checked {
    let longest = "n".repeat(Name::MAX_LEN);
    let odd = [
        "a",
        "A",
        "Name",
        "name",
        "NAME",
        "first name",
        "na-me",
        "na.me",
        "na:me",
        "$name",
        "?",
        "?1",
        ":a",
        "@a",
        "%",
        "_",
        "__",
        "a_b",
        "a b",
        "\"quoted\"",
        "it's",
        "`tick`",
        "[brackets]",
        "a]b",
        "a\"b",
        "semi;colon",
        "--",
        "/*",
        "\\",
        "{}",
        "[]",
        "1",
        "1a",
        "ä",
        "a\u{308}",
        "ß",
        "名前",
        "имя",
        "\u{1f600}",
        "\u{202e}x",
        "a,b",
        "(a)",
        &longest,
    ];
    takes_names(probe, &odd)
}

fn reserved_words(probe: &Probe<'_>) -> Checked {
    let words = [
        "select",
        "SELECT",
        "table",
        "order",
        "group",
        "index",
        "from",
        "where",
        "null",
        "true",
        "default",
        "primary",
        "rowid",
        "oid",
        "_rowid_",
        "id",
        "k",
        "seq",
        "version",
        "kind",
        "stream",
        "subject",
        "at",
        "recorded",
        "name",
        "amount",
        "currency",
        "points",
        "source",
        "source_id",
        "fields",
        "extra",
        "attrs",
        "digest",
        "key",
        "keys",
        "value",
        "unique",
        "body",
        "xmin",
        "ctid",
        "amount_currency",
        "id_currency",
        "commit",
        "record",
    ];
    takes_names(probe, &words)?;
    let store = probe.empty()?;
    for word in words.iter().filter(|word| Kind::new(word).is_ok()) {
        let (Ok(kind), Ok(stream)) = (Kind::new(word), Stream::new(word)) else { continue };
        let record = Record::new(kind.clone(), id(1));
        let fact = Fact::new(stream.clone(), id(1), id(1), at(0), name("x"));
        let mut set = changes(0, vec![declare(Target::Kind(kind.clone()), typed_fields())]);
        set.changes.push(declare(Target::Stream(stream.clone()), typed_fields()));
        commit(&*store, set.put(record.clone()).append(fact.clone()))?;
        same(word, &store.scan(&Scan::all(kind))?.items, &vec![record])?;
        same(word, &store.facts(&FactQuery::all(stream))?.items, &vec![fact])?;
    }
    Ok(())
}

fn many_fields(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    let fields = numbered_fields(MAX_FIELDS);
    let mut record = Record::new(PERSON, id(1));
    record.fields = fields.iter().map(|field| (field.name.clone(), Value::from(7_i64))).collect();
    let mut set = changes(0, vec![declare(Target::Kind(PERSON), fields)]);
    commit(&*store, set.put(record.clone()))?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(record)])?;
    let one_more = declare(Target::Kind(PERSON), vec![field("one more", ValueType::Int)]);
    malformed("one field more", store.commit(&changes(0, vec![one_more])))
}

/// Writes a record and a fact with a field, declares the field, and reads both again.
fn declared_later(probe: &Probe<'_>, value: &Value, ty: ValueType) -> Checked {
    let store = probe.declared()?;
    let (mut record, mut fact) = (Record::new(NOTE, id(1)), Fact::new(GIFT, id(1), id(1), at(0), name("x")));
    record.fields.set(name("late"), value.clone());
    fact.fields.set(name("late"), value.clone());
    let mut set = puts([record.clone()]);
    commit(&*store, set.append(fact.clone()))?;
    let late = || vec![field("late", ty)];
    commit(&*store, &changes(0, vec![declare(Target::Kind(NOTE), late()), declare(Target::Stream(GIFT), late())]))?;
    same("the record", &store.load(&NOTE, &[id(1)])?, &vec![Some(record.clone())])?;
    same("the record in a scan", &store.scan(&Scan::all(NOTE))?.items, &vec![record.clone()])?;
    same("the fact", &facts(&*store, &FactQuery::all(GIFT))?, &vec![fact.clone()])?;
    let again = record.next();
    if value.fits(ty) {
        same("the fact sent again", &commit(&*store, &appends(0, [fact]))?.duplicates, &vec![id(1)])?;
        commit(&*store, &puts([again.clone()]))?;
        same("the record written again", &store.load(&NOTE, &[id(1)])?, &vec![Some(again)])?;
    } else {
        malformed("the fact sent again", store.commit(&appends(0, [fact])))?;
        malformed("the record written again", store.commit(&puts([again])))?;
    }
    ensure(store.verify(&crate::store::Verify::Full)?.problems.is_empty(), "a declaration damages nothing")
}

fn later(probe: &Probe<'_>) -> Checked {
    declared_later(probe, &Value::from("text"), ValueType::Text)
}

fn later_other_type(probe: &Probe<'_>) -> Checked {
    declared_later(probe, &Value::from("text"), ValueType::Int)
}

fn feed(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &super::sample::declarations())?;
    let touched = |after: u64| store.changes(after, 1).map(|feed| feed.into_iter().map(|one| one.touched.len()).sum());
    same("what the first touched", &touched(0)?, &4)?;
    same("what the second touched", &touched(1)?, &0)
}

fn unknown(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let before = Dump::of(&*store)?;
    let (kind, stream) = (Kind::from_static("unheard"), Stream::from_static("unheard"));
    same("records by id", &store.load(&kind, &[id(1)])?, &vec![None])?;
    same("records by key", &store.find(&kind, &[unique("a")])?, &vec![None])?;
    same("records", &store.scan(&Scan::all(kind))?.items, &Vec::new())?;
    same("facts", &store.facts(&FactQuery::all(stream))?.items, &Vec::new())?;
    same("all that the store holds", &Dump::of(&*store)?, &before)
}
