//! How live segments follow what is written: the feed says who was touched, the touched are evaluated anew, and what is
//! different is committed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::live::Ticked;
use super::{Segment, SegmentView};
use crate::base::{AsOf, Clash, CustomerId, Error, Id, Kind, Name, Result, Stream, Timestamp};
use crate::change::{ChangeSet, Touched};
use crate::crm::profiles::{Profile, profiles};
use crate::crm::{ATTEMPTS, Crm};
use crate::customer::{CUSTOMER, RELATIONSHIP, Relationship};
use crate::loyalty::PROGRAMME_KIND;
use crate::privacy::{PURPOSE, REACHABLE_FIELD, SUPPRESSION};
use crate::record::{Key, Record};
use crate::segment::{
    EVENT, Evaluator, LIVE_SEGMENTS, Layout, LiveProgress, LiveSegments, MEMBERSHIP, MEMBERSHIPS, MembershipCause,
    MembershipChange, Memberships, Program, SEGMENT, SEGMENT_VERSION,
};
use crate::store::{FactQuery, Scan};

/// How many customers are brought up to date in one commit.
const CHUNK: usize = 1_000;
/// How many commits of the feed are read at once.
const FEED: usize = 1_000;
/// After how many commits the place in the feed is written down, even if no tick does it.
const KEEP_PLACE: u64 = 1_000;
/// How many hours are looked through for the next customer who is due.
const AHEAD: i64 = 48;
/// How many instants of one customer are looked at in one tick, before only the last one is.
const STEPS: usize = 100;

/// The live segments, compiled, and how far they have been brought.
#[derive(Debug, Default)]
pub(in crate::crm) struct Following {
    state: Option<State>,
}

#[derive(Debug)]
struct State {
    settings: LiveSegments,
    progress: LiveProgress,
    /// The place in the feed that is written down.
    kept: u64,
    segments: Vec<Segment>,
    programs: Vec<Program>,
    layout: Layout,
}

/// Why customers are to be evaluated anew.
#[derive(Debug, Default)]
struct Touch {
    customers: BTreeMap<Id, Reason>,
    /// Everybody, as a definition or something like it has changed.
    everybody: bool,
    /// The settings are other ones.
    settings: bool,
}

/// Why one customer is.
#[derive(Debug)]
struct Reason {
    cause: MembershipCause,
    /// Only programs that look at such events can have another answer; `None` for all programs.
    events: Option<BTreeSet<(Stream, Name)>>,
}

impl Following {
    pub const fn is_loaded(&self) -> bool {
        self.state.is_some()
    }

    pub fn load(crm: &Crm) -> Result<Self> {
        Ok(Self { state: Some(State::load(crm)?) })
    }

    pub fn settings(&self) -> &LiveSegments {
        const NONE: &LiveSegments =
            &LiveSegments { names: Vec::new(), zone: crate::base::Zone::UTC, currency: None, programme: None };
        self.state.as_ref().map_or(NONE, |state| &state.settings)
    }

    fn state(&mut self) -> Result<&mut State> {
        self.state.as_mut().ok_or_else(|| Error::invalid("live_segments", "not loaded"))
    }

    /// Makes other segments live.
    pub fn replace(&mut self, crm: &Crm, live: &LiveSegments) -> Result<()> {
        let state = self.state()?;
        state.settings = live.clone();
        state.progress.seq = crm.store().info()?.seq;
        state.compile(crm)?;
        state.keep_place(crm)?;
        let now = crm.now();
        state.everybody(crm, now)?;
        state.progress.ticked = Some(now);
        state.keep_place(crm)
    }

    /// Takes in what was written since.
    pub fn catch_up(&mut self, crm: &Crm) -> Result<()> {
        let state = self.state()?;
        state.catch_up(crm, crm.now())?;
        if state.progress.seq > state.kept + KEEP_PLACE { state.keep_place(crm) } else { Ok(()) }
    }

    pub fn tick(&mut self, crm: &Crm, now: Timestamp) -> Result<Ticked> {
        *self = Self::load(crm)?;
        let state = self.state()?;
        if state.settings.names.is_empty() {
            let next = now.saturating_add_micros(AHEAD * 3_600_000_000);
            return Ok(Ticked { due: 0, changes: 0, next });
        }
        let mut changes = state.catch_up(crm, crm.now())?;
        let due = state.due(crm, now)?;
        let customers: Vec<_> = due.iter().map(|kept| (kept.customer, by_time())).collect();
        changes += state.bring_up(crm, &customers, now)?;
        state.progress.ticked = state.progress.ticked.max(Some(now));
        state.keep_place(crm)?;
        Ok(Ticked { due: due.len() as u64, changes, next: State::next(crm, now)? })
    }
}

const fn by_time() -> Reason {
    Reason { cause: MembershipCause::Time, events: None }
}

impl State {
    fn load(crm: &Crm) -> Result<Self> {
        let record = stored(crm)?;
        let (settings, progress) = record.as_ref().map(LiveSegments::from_record).transpose()?.unwrap_or_default();
        let kept = progress.seq;
        let mut state =
            Self { settings, progress, kept, segments: Vec::new(), programs: Vec::new(), layout: Layout::new() };
        state.compile(crm)?;
        Ok(state)
    }

    /// Reads the definitions. One that is gone or cannot be compiled any more has no members.
    fn compile(&mut self, crm: &Crm) -> Result<()> {
        let known = if self.settings.names.is_empty() { Vec::new() } else { crm.segments().list()? };
        self.segments = known.into_iter().filter(|one| self.settings.names.contains(&one.name)).collect();
        (self.programs, self.layout) = crm.segments().compile(&self.segments)?;
        Ok(())
    }

    /// Writes down how far the feed was read.
    fn keep_place(&mut self, crm: &Crm) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let known = stored(crm)?;
            let record = self.settings.to_record(known.as_ref(), &self.progress);
            if known.is_some_and(|known| known.fields == record.fields) {
                return Ok(());
            }
            let mut changes = ChangeSet::new(crm.now());
            changes.put(record);
            match crm.store().commit(&changes).map_err(Error::from) {
                Err(Error::Conflict(Clash::Version { .. })) => {}
                committed => {
                    committed?;
                    self.kept = self.progress.seq;
                    return Ok(());
                }
            }
        }
        Err(Error::invalid("live_segments", "too many writers at once"))
    }

    /// Takes in what was written since, and gives the number of entries and exits.
    fn catch_up(&mut self, crm: &Crm, now: Timestamp) -> Result<u64> {
        let mut found = 0;
        loop {
            let feed = crm.store().changes(self.progress.seq, FEED)?;
            let Some(last) = feed.last().map(|commit| commit.seq) else { return Ok(found) };
            let touch = self.touched(crm, feed.iter().flat_map(|commit| &commit.touched))?;
            if touch.settings {
                let (settings, _) =
                    stored(crm)?.as_ref().map(LiveSegments::from_record).transpose()?.unwrap_or_default();
                self.settings = settings;
            }
            if touch.settings || touch.everybody {
                self.compile(crm)?;
            }
            self.progress.seq = last;
            found += if touch.everybody {
                self.everybody(crm, now)?
            } else {
                let customers: Vec<_> =
                    touch.customers.into_iter().map(|(id, reason)| (CustomerId::new(id), reason)).collect();
                self.bring_up(crm, &customers, now)?
            };
        }
    }

    /// Whom a part of the feed touches.
    fn touched<'a>(&self, crm: &Crm, feed: impl Iterator<Item = &'a Touched>) -> Result<Touch> {
        let mut touch = Touch::default();
        let (mut records, mut facts) = (BTreeMap::<&Kind, Vec<Id>>::new(), BTreeMap::<&Stream, Vec<Id>>::new());
        for one in feed {
            match one {
                Touched::Put { kind, .. } if *kind == MEMBERSHIPS => {}
                Touched::Put { kind, .. } if *kind == LIVE_SEGMENTS => touch.settings = true,
                Touched::Put { kind, .. } | Touched::Deleted { kind, .. }
                    if [SEGMENT, EVENT, PURPOSE, PROGRAMME_KIND].contains(kind) =>
                {
                    touch.everybody = true;
                }
                Touched::Put { kind, id } if *kind == CUSTOMER => touch.add(*id, MembershipCause::Record(*id), None),
                Touched::Put { kind, id } => records.entry(kind).or_default().push(*id),
                Touched::Appended { stream, .. } if *stream == MEMBERSHIP || *stream == SEGMENT_VERSION => {}
                // An address is barred for whoever has it.
                Touched::Appended { stream, .. } if *stream == SUPPRESSION => {
                    touch.everybody |= self.layout.keys().iter().any(|key| key.name == REACHABLE_FIELD);
                }
                Touched::Appended { stream, id } => facts.entry(stream).or_default().push(*id),
                // What a deleted record was about is not known any more.
                Touched::Deleted { kind, .. } => touch.everybody |= *kind != MEMBERSHIPS,
                _ => {}
            }
        }
        for (kind, ids) in records {
            for record in crm.store().load(kind, &ids)?.into_iter().flatten() {
                if let Some(subject) = record.subject {
                    touch.add(subject, MembershipCause::Record(record.id), None);
                }
                if *kind == RELATIONSHIP {
                    let other = Relationship::from_record(&record)?.to;
                    touch.add(other.into(), MembershipCause::Record(record.id), None);
                }
            }
        }
        for (stream, ids) in facts {
            let query = FactQuery::by_id(stream.clone(), ids);
            for fact in Crm::every(|cursor| crm.store().facts(&query.clone().after(cursor)))? {
                // Purchases feed fields, too, and consent and points feed nothing else.
                let event = (fact.stream, fact.name);
                let fields = self.layout.keys().iter().any(|key| key.name.as_str().starts_with("purchases."));
                let only = (event.0 == crate::interaction::INTERACTION && !fields).then_some(event);
                touch.add(fact.subject, MembershipCause::Fact(fact.id), only);
            }
        }
        Ok(touch)
    }

    /// Evaluates everybody anew.
    fn everybody(&mut self, crm: &Crm, now: Timestamp) -> Result<u64> {
        let mut found = 0;
        let mut cursor = None;
        loop {
            let page = crm.store().scan(&Scan::all(CUSTOMER).limit(CHUNK).after(cursor))?;
            let reason = || Reason { cause: MembershipCause::Definition, events: None };
            let customers: Vec<_> = page.items.iter().map(|one| (CustomerId::new(one.id), reason())).collect();
            found += self.bring_up(crm, &customers, now)?;
            if page.next.is_none() {
                return Ok(found);
            }
            cursor = page.next;
        }
    }

    /// Brings customers up to date, and gives the number of entries and exits.
    fn bring_up(&self, crm: &Crm, customers: &[(CustomerId, Reason)], now: Timestamp) -> Result<u64> {
        let mut found = 0;
        for chunk in customers.chunks(CHUNK) {
            let mut attempt = 0;
            found += loop {
                let changes = self.decide(crm, chunk, now)?;
                if changes.is_empty() {
                    break 0;
                }
                match crm.store().commit(&changes).map_err(Error::from) {
                    Err(Error::Conflict(_)) if attempt < ATTEMPTS => attempt += 1,
                    committed => break committed?.appended,
                }
            };
        }
        Ok(found)
    }

    /// What is different for some customers.
    fn decide(&self, crm: &Crm, customers: &[(CustomerId, Reason)], now: Timestamp) -> Result<ChangeSet> {
        let ids: Vec<CustomerId> = customers.iter().map(|(id, _)| *id).collect();
        // Facts that lie ahead of an earlier instant count from when they happen.
        let view = SegmentView {
            as_of: AsOf::at(now.max(crm.now())),
            zone: self.settings.zone.clone(),
            currency: self.settings.currency,
            programme: self.settings.programme,
        };
        let programs: Vec<&Program> = self.programs.iter().collect();
        let profiles = profiles(crm, &view, &self.layout, &programs, Some(&ids))?;
        let records: Vec<Id> = profiles.iter().map(|profile| Memberships::id_of(profile.id)).collect();
        let kept = crm.store().load(&MEMBERSHIPS, &records)?;
        let reasons: HashMap<CustomerId, &Reason> = customers.iter().map(|(id, reason)| (*id, reason)).collect();
        let evaluators: Vec<_> = self.programs.iter().map(|program| program.at(now, &self.settings.zone)).collect();
        let mut changes = ChangeSet::new(crm.now());
        for (profile, record) in profiles.iter().zip(kept) {
            let Some(reason) = reasons.get(&profile.id) else { continue };
            let before = record.as_ref().map_or(Ok(Memberships::none(profile.id)), Memberships::from_record)?;
            let mut after = before.clone();
            let found = self.look(&mut after, profile, reason, &evaluators, now)?;
            if after != before {
                changes.put(after.to_record());
            }
            for mut change in found {
                change.recorded = changes.at;
                change.id = crm.inner.ids.next(changes.at);
                changes.append(change.to_fact());
            }
        }
        Ok(changes)
    }

    /// Looks at one customer: at every instant that was due by now, and now.
    fn look(
        &self,
        kept: &mut Memberships,
        profile: &Profile,
        reason: &Reason,
        evaluators: &[Evaluator<'_>],
        now: Timestamp,
    ) -> Result<Vec<MembershipChange>> {
        let row = profile.row()?;
        let mut found = Vec::new();
        let overdue = kept.due.is_some_and(|due| due <= now);
        let mut steps = 0;
        while let Some(due) = kept.due.filter(|due| *due < now && steps < STEPS && !profile.away) {
            steps += 1;
            let mut next = None;
            for (segment, program) in self.segments.iter().zip(&self.programs) {
                let evaluator = program.at(due, &self.settings.zone);
                note(kept, segment, evaluator.is_member(&row), due, MembershipCause::Time, &mut found);
                next = earlier(next, next_look(&evaluator, &row));
            }
            kept.due = next;
        }
        // Whoever was due has been looked at up to now, and all segments are looked at again.
        let all = overdue || reason.events.is_none();
        let mut next = if all { None } else { kept.due };
        for ((segment, program), evaluator) in self.segments.iter().zip(&self.programs).zip(evaluators) {
            let concerned = |events: &BTreeSet<_>| program.reads().events.iter().any(|event| events.contains(event));
            if !all && !reason.events.as_ref().is_some_and(concerned) {
                continue;
            }
            let member = !profile.away && evaluator.is_member(&row);
            note(kept, segment, member, now, reason.cause, &mut found);
            next = earlier(next, if profile.away { None } else { next_look(evaluator, &row) });
        }
        kept.due = next;
        let gone: Vec<Name> =
            kept.segments.iter().filter(|name| self.segments.iter().all(|one| one.name != **name)).cloned().collect();
        for name in gone {
            kept.segments.remove(&name);
            let version = Name::from_static("none");
            let cause = MembershipCause::Definition;
            found.push(change(kept.customer, (name, version), false, now, cause));
        }
        Ok(found)
    }

    /// Those who are due at an instant or before.
    fn due(&self, crm: &Crm, now: Timestamp) -> Result<Vec<Memberships>> {
        // What was due is looked at by ticks, and where data changed; nobody stays due from before the last tick.
        let from = self.progress.ticked.unwrap_or(now);
        let mut due = Vec::new();
        for key in Memberships::keys_due(from, now) {
            due.extend(with_key(crm, key)?.into_iter().filter(|kept| kept.due.is_some_and(|due| due <= now)));
        }
        Ok(due)
    }

    /// When there is something to do again.
    fn next(crm: &Crm, now: Timestamp) -> Result<Timestamp> {
        let last = now.saturating_add_micros(AHEAD * 3_600_000_000);
        for key in Memberships::keys_due(now, last) {
            if let Some(next) = with_key(crm, key)?.iter().filter_map(|kept| kept.due).min() {
                return Ok(next);
            }
        }
        Ok(last)
    }
}

/// Notes an answer, and that it is another one than before.
fn note(
    kept: &mut Memberships,
    segment: &Segment,
    member: bool,
    at: Timestamp,
    cause: MembershipCause,
    found: &mut Vec<MembershipChange>,
) {
    let changed = if member { kept.segments.insert(segment.name.clone()) } else { kept.segments.remove(&segment.name) };
    if changed {
        let of = (segment.name.clone(), segment.version.clone());
        found.push(change(kept.customer, of, member, at, cause));
    }
}

fn with_key(crm: &Crm, key: Key) -> Result<Vec<Memberships>> {
    let scan = Scan::all(MEMBERSHIPS).with_key(key);
    let records = Crm::every(|cursor| crm.store().scan(&scan.clone().after(cursor)))?;
    records.iter().map(Memberships::from_record).collect()
}

impl Touch {
    fn add(&mut self, id: Id, cause: MembershipCause, event: Option<(Stream, Name)>) {
        let events = event.map(|event| BTreeSet::from([event]));
        match self.customers.get_mut(&id) {
            None => {
                self.customers.insert(id, Reason { cause, events });
            }
            Some(reason) => {
                reason.events = match (reason.events.take(), events) {
                    (Some(mut own), Some(other)) => {
                        own.extend(other);
                        Some(own)
                    }
                    _ => None,
                };
            }
        }
    }
}

fn stored(crm: &Crm) -> Result<Option<Record>> {
    Ok(crm.store().load(&LIVE_SEGMENTS, &[LiveSegments::id()])?.pop().flatten())
}

fn change(
    customer: CustomerId,
    (segment, version): (Name, Name),
    entered: bool,
    at: Timestamp,
    cause: MembershipCause,
) -> MembershipChange {
    MembershipChange { at, recorded: at, id: Id::NIL, customer, segment, version, entered, cause }
}

fn next_look(evaluator: &Evaluator<'_>, row: &crate::segment::Row<'_>) -> Option<Timestamp> {
    let next = evaluator.next_change(row);
    earlier(next.at, next.moving.then(|| Memberships::next_hour(evaluator.now())))
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}
