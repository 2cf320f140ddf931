//! Looking for damage.

use super::State;
use crate::base::{Fields, Reason, Text, Value};
use crate::store::{Verify, VerifyReport};

impl State {
    pub(super) fn verify(&self, scope: &Verify) -> VerifyReport {
        let records = self.records.values().map(|records| records.rows().len()).sum::<usize>();
        let facts = self.facts.values().map(|facts| facts.all().count()).sum::<usize>();
        let mut report = VerifyReport { checked: (records + facts) as u64, problems: Vec::new() };
        match scope {
            Verify::Quick => self.structure(&mut report.problems),
            Verify::Full => {
                self.structure(&mut report.problems);
                self.digests(&mut report.problems);
            }
            Verify::Residue(texts) => self.residue(texts, &mut report.problems),
        }
        report
    }

    fn structure(&self, problems: &mut Vec<Reason>) {
        for (kind, records) in &self.records {
            if !records.consistent() {
                problems.push(format!("{kind}: an index disagrees with its records").into());
            }
        }
        for (stream, facts) in &self.facts {
            if !facts.consistent(&self.subjects) {
                problems.push(format!("{stream}: an index disagrees with its facts").into());
            }
        }
    }

    fn digests(&self, problems: &mut Vec<Reason>) {
        for (kind, records) in &self.records {
            let changed = records.rows().filter(|(_, row)| row.record.digest() != row.digest);
            problems.extend(changed.map(|(id, _)| Reason::from(format!("{kind} {id}: changed since it was written"))));
        }
        for (stream, facts) in &self.facts {
            let changed = facts.all().filter(|row| row.fact.digest() != row.digest);
            let say = |id| Reason::from(format!("{stream} {id}: changed since it was written"));
            problems.extend(changed.map(|row| say(row.fact.id)));
        }
    }

    fn residue(&self, texts: &[Text], problems: &mut Vec<Reason>) {
        let holds = |own: &str| texts.iter().any(|text| own.contains(text.as_str()));
        for (kind, records) in &self.records {
            for (id, row) in records.rows() {
                let in_keys = row.record.keys.iter().any(|key| holds(&key.value) || holds(key.name.as_str()));
                if in_keys || in_fields(&row.record.fields, &holds) {
                    problems.push(format!("{kind} {id}: holds a text that was to be gone").into());
                }
            }
        }
        for (stream, facts) in &self.facts {
            for row in facts.all() {
                let source = row.fact.source.as_ref();
                if source.is_some_and(|source| holds(&source.id)) || in_fields(&row.fact.fields, &holds) {
                    problems.push(format!("{stream} {}: holds a text that was to be gone", row.fact.id).into());
                }
            }
        }
        if self.receipts.keys().any(|key| holds(key)) {
            problems.push("the key of a change set holds a text that was to be gone".into());
        }
    }
}

fn in_fields(fields: &Fields, holds: &dyn Fn(&str) -> bool) -> bool {
    fields.iter().any(|(name, value)| {
        holds(name.as_str())
            || match value {
                Value::Text(text) => holds(text),
                Value::Texts(texts) => texts.iter().any(|text| holds(text)),
                _ => false,
            }
    })
}

#[cfg(test)]
mod tests {
    use crate::base::{Declaration, Id, Kind, Name, Stream, Target, Timestamp};
    use crate::change::{Change, ChangeSet};
    use crate::fact::Fact;
    use crate::record::{Key, Record};
    use crate::store::{Memory, Store, Verify};

    const KIND: Kind = Kind::from_static("note");
    const STREAM: Stream = Stream::from_static("visit");

    fn store() -> Memory {
        let store = Memory::new();
        let mut changes = ChangeSet::new(Timestamp::EPOCH);
        for target in [Target::Kind(KIND), Target::Stream(STREAM)] {
            changes.changes.push(Change::Declare(Declaration { target, fields: Vec::new() }));
        }
        let mut record = Record::new(KIND, Id::derived("test", "1"));
        record.keys.push(Key::unique(Name::from_static("number"), "1"));
        changes.put(record);
        let word = Name::from_static("seen");
        changes.append(Fact::new(STREAM, Id::derived("test", "2"), Id::NIL, Timestamp::EPOCH, word));
        store.commit(&changes).unwrap();
        store
    }

    fn problems(store: &Memory, scope: &Verify) -> usize {
        store.verify(scope).unwrap().problems.len()
    }

    #[test]
    fn a_changed_record_and_a_changed_fact_are_noticed() {
        let store = store();
        assert_eq!(problems(&store, &Verify::Full), 0);
        {
            let mut state = store.state.write().unwrap();
            let facts = state.facts.get_mut(&STREAM).unwrap();
            facts.row_mut(0).unwrap().fact.fields.set(Name::from_static("more"), 1_i64);
            let records = state.records.get_mut(&KIND).unwrap();
            let mut row = records.replace(Id::derived("test", "1"), None).unwrap();
            row.record.version = 7;
            records.replace(row.record.id, Some(row));
        }
        assert_eq!(problems(&store, &Verify::Quick), 0);
        assert_eq!(problems(&store, &Verify::Full), 2);
    }

    #[test]
    fn an_index_that_disagrees_is_noticed() {
        let store = store();
        store.state.write().unwrap().facts.get_mut(&STREAM).unwrap().timelines.clear();
        assert_eq!(problems(&store, &Verify::Quick), 1);
    }
}
