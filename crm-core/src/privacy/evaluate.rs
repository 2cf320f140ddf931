//! The one evaluator: what was said goes in, a decision comes out.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::consent::ConsentKind::{
    self, Confirmed, Expired, Granted, Imported, Objected, ObjectionLifted, Refused, Requested, Restricted,
    RestrictionLifted, Withdrawn,
};
use super::decision::{ContactDecision, ContactQuestion, ContactReason};
use super::history::{ConsentHistory, Said};
use super::point::{ContactFile, PointStatus};
use super::purpose::{LawfulBasis, Policy, Purpose};
use crate::base::{AsOf, Channel, Name, Timestamp};

/// Answers whether somebody may be contacted, from one point of view.
///
/// `consents` is what the person has said, `point` what is known of the contact point. In the order of
/// [`ContactReason`], the first that applies decides:
///
/// 1. **Suppression, restriction, objection.** The latest word counts, and of two at the same instant the one that
///    denies. What cannot be read denies.
/// 2. **Withdrawal and refusal.** Whatever was agreed to before it, or at the same instant, is void.
/// 3. **Agreement.** Of what is left for exactly this purpose, channel and contact point, the latest agreement counts;
///    of two at the same instant the one that denies, or else the narrower one. On a channel of
///    [`Purpose::confirmed_on`] only a confirmation is an agreement. It confirms the latest request or grant before it,
///    and must come before that request runs out.
/// 4. **The contact point** belongs to the person, serves the channel, is in use, works, and is verified if the purpose
///    says so.
/// 5. Otherwise the purpose's own basis decides: consent denies, anything else allows.
///
/// An event counts from its own instant on. Adding a withdrawal, refusal, expiry, objection, restriction or
/// suppression never turns a denial into an allowance, and events recorded later never change an answer as known
/// before.
///
/// ```
/// use crm_core::base::{AsOf, Channel, ContactPointId, CustomerId, Id, Name};
/// use crm_core::fact::Projection;
/// use crm_core::privacy::{
///     ConsentEvent, ConsentHistory, ContactQuestion, ContactReason, PointStatus, Policy, Purpose, evaluate,
///     record_consent,
/// };
/// # use crm_core::base::{CountedIds, Env};
/// # use crm_core::change::Change;
///
/// let newsletter = Purpose::marketing(Name::new("newsletter")?, "News and offers", [Channel::Sms]);
/// let policy = Policy::new([newsletter]);
/// let question = ContactQuestion {
///     customer: CustomerId::new(Id::derived("shop", "C-1")),
///     purpose: Name::new("newsletter")?,
///     channel: Channel::Sms,
///     contact_point: ContactPointId::new(Id::derived("shop", "C-1/phone")),
/// };
/// let said = [
///     ConsentEvent::granted(&question, Name::new("newsletter-1/en")?, "2026-03-01T09:00:00Z".parse()?),
///     ConsentEvent::withdrawn(question.customer, "2026-05-01T09:00:00Z".parse()?),
/// ];
/// # let ids = CountedIds::from(1);
/// # let env = Env::new("2026-06-01T00:00:00Z".parse()?, &ids);
/// let (_, changes) = record_consent(said, &policy, &env)?;
/// # let facts: Vec<_> = changes.changes.iter().filter_map(|c| if let Change::Append(f) = c { Some(f) } else { None }).collect();
/// let consents = ConsentHistory::fold(facts);
/// let phone = PointStatus::new(question.contact_point, question.customer, vec![Channel::Sms, Channel::Phone]);
///
/// let june = "2026-06-01T00:00:00Z".parse()?;
/// let in_april = AsOf { valid: "2026-04-01T00:00:00Z".parse()?, known: june };
/// assert!(evaluate(&policy, &question, &consents, Some(&phone), in_april).allowed);
/// let decision = evaluate(&policy, &question, &consents, Some(&phone), AsOf::at(june));
/// assert_eq!(decision.reason, ContactReason::Withdrawn);
/// # Ok::<(), crm_core::Error>(())
/// ```
pub fn evaluate(
    policy: &Policy,
    question: &ContactQuestion,
    consents: &ConsentHistory,
    point: Option<&PointStatus>,
    as_of: AsOf,
) -> ContactDecision {
    let Some(purpose) = policy.get(&question.purpose) else {
        return ContactDecision::new(ContactReason::UnknownPurpose);
    };
    if !purpose.channels.contains(&question.channel) {
        return ContactDecision::new(ContactReason::ChannelNotCovered);
    }
    let case = Case { purpose, question, said: consents.said(), as_of };
    let barred = point.and_then(|point| suppressed(point, question, as_of)).or_else(|| case.barred());
    if let Some(denied) = barred {
        return denied;
    }
    let agreement = match case.agreement() {
        Ok(agreement) => agreement,
        Err(denied) => return denied,
    };
    if let Some(denied) = unusable(point, purpose, question, as_of.valid) {
        return denied;
    }
    match agreement {
        Some(agreement) => agreement.given(),
        None if purpose.basis == LawfulBasis::Consent => ContactDecision::new(ContactReason::NoBasis),
        None => ContactDecision { basis: Some(purpose.basis), ..ContactDecision::new(ContactReason::OtherBasis) },
    }
}

/// Whether somebody has agreed to a purpose on a channel, at any contact point, and the agreement holds. Whether the
/// contact point works is another question.
pub fn has_agreed(policy: &Policy, file: &ContactFile, purpose: &Name, channel: Channel, as_of: AsOf) -> bool {
    let Some(defined) = policy.get(purpose) else { return false };
    let (customer, said) = (file.customer, file.consents.said());
    let points: BTreeSet<_> = said.iter().filter_map(|said| said.scope.contact_point).collect();
    points.into_iter().any(|contact_point| {
        let question = &ContactQuestion { customer, purpose: purpose.clone(), channel, contact_point };
        let case = Case { purpose: defined, question, said, as_of };
        defined.channels.contains(&channel) && case.barred().is_none() && matches!(case.agreement(), Ok(Some(_)))
    })
}

/// The latest of some events; of two at the same instant the one that is `first`, and then the one of the smaller id.
fn latest<'a, K: Ord>(events: impl Iterator<Item = &'a Said>, first: impl Fn(&Said) -> K) -> Option<&'a Said> {
    events.max_by(|a, b| a.at.cmp(&b.at).then_with(|| first(b).cmp(&first(a))).then_with(|| b.id.cmp(&a.id)))
}

fn suppressed(point: &PointStatus, question: &ContactQuestion, as_of: AsOf) -> Option<ContactDecision> {
    let last = point
        .suppressions
        .barrings()
        .iter()
        .filter(|one| as_of.sees(one.at, one.recorded))
        .filter(|one| one.channel.is_none_or(|channel| channel == question.channel))
        .max_by_key(|one| (one.at, Reverse((one.lifts, one.id))))?;
    (!last.lifts).then(|| ContactDecision::by(ContactReason::Suppressed, last.id, last.at))
}

/// What bars the contact point itself.
fn unusable(
    point: Option<&PointStatus>,
    purpose: &Purpose,
    question: &ContactQuestion,
    at: Timestamp,
) -> Option<ContactDecision> {
    let Some(point) = point.filter(|point| point.id == question.contact_point) else {
        return Some(ContactDecision::new(ContactReason::UnknownContactPoint));
    };
    let verified = point.verified_at.is_some_and(|verified| verified <= at);
    let (reason, since) = if point.customer != question.customer {
        (ContactReason::ForeignContactPoint, None)
    } else if !point.channels.contains(&question.channel) {
        (ContactReason::WrongChannel, None)
    } else if !point.valid.contains(at) {
        (ContactReason::OutOfUse, Some(point.valid.end).filter(|end| *end <= at))
    } else if point.bounced_at.is_some_and(|bounced| bounced <= at) {
        (ContactReason::Bounced, point.bounced_at)
    } else if purpose.verified_only && !verified {
        (ContactReason::Unverified, None)
    } else {
        return None;
    };
    Some(ContactDecision { since, ..ContactDecision::new(reason) })
}

/// A question with all that was said about it.
struct Case<'a> {
    purpose: &'a Purpose,
    question: &'a ContactQuestion,
    said: &'a [Said],
    as_of: AsOf,
}

impl<'a> Case<'a> {
    /// What was said and counts from this point of view.
    fn seen(&self) -> impl Iterator<Item = &'a Said> {
        let as_of = self.as_of;
        self.said.iter().filter(move |said| as_of.sees(said.at, said.recorded))
    }

    /// Events of one kind that mean this question too.
    fn about(&self, kind: Option<ConsentKind>) -> impl Iterator<Item = &'a Said> {
        let every_purpose =
            kind.is_some_and(|kind| matches!(kind, Restricted | RestrictionLifted)) || self.purpose.can_be_declined();
        let question = self.question;
        self.seen().filter(move |said| said.kind == kind && said.scope.covers(question, every_purpose))
    }

    /// Opt-ins to this, after everything before was void. Their scopes leave nothing out.
    fn opt_ins(&self, void: Option<Timestamp>) -> impl Iterator<Item = &'a Said> {
        let question = self.question;
        self.seen().filter(move |said| {
            said.kind.is_some_and(ConsentKind::opts_in)
                && void.is_none_or(|void| said.at > void)
                && said.scope.covers(question, false)
        })
    }

    /// What bars every use, agreed to or not.
    fn barred(&self) -> Option<ContactDecision> {
        let unreadable = latest(self.about(None), |_| ()).map(|said| (ContactReason::Unreadable, said));
        let (reason, said) = unreadable
            .or_else(|| self.stands(Restricted, RestrictionLifted).map(|said| (ContactReason::Restricted, said)))
            .or_else(|| self.stands(Objected, ObjectionLifted).map(|said| (ContactReason::Objected, said)))?;
        Some(ContactDecision::by(reason, said.id, said.at))
    }

    /// The latest event of a kind that was not lifted afterwards.
    fn stands(&self, kind: ConsentKind, lifting: ConsentKind) -> Option<&'a Said> {
        let lifted = self.about(Some(lifting)).map(|said| said.at).max();
        latest(self.about(Some(kind)), |_| ()).filter(|said| lifted.is_none_or(|lifted| lifted <= said.at))
    }

    /// The agreement that holds, none when none is needed or was ever asked for, or why there is none any more.
    fn agreement(&self) -> Result<Option<Agreement<'a>>, ContactDecision> {
        let by_consent = self.purpose.basis == LawfulBasis::Consent;
        let ends: &[ConsentKind] = if by_consent { &[Withdrawn, Refused, Expired] } else { &[Withdrawn, Refused] };
        let end = latest(ends.iter().flat_map(|kind| self.about(Some(*kind))), |said| said.kind);
        let ended = || {
            let end = end?;
            let reason = match end.kind {
                Some(Withdrawn) => ContactReason::Withdrawn,
                Some(Refused) => ContactReason::Refused,
                _ => ContactReason::Expired,
            };
            Some(ContactDecision::by(reason, end.id, end.at))
        };
        let void = end.map(|end| end.at);
        match self.newest_agreement(void) {
            Some(agreement) => match agreement.over(self.purpose, self.as_of.valid) {
                None => Ok(Some(agreement)),
                // What needs no agreement does not end with one, unless it had been taken back before.
                Some(_) if !by_consent && end.is_none() => Ok(None),
                Some(denied) => Err(denied),
            },
            None if by_consent => self.pending(void).or_else(ended).map_or(Ok(None), Err),
            None => ended().map_or(Ok(None), Err),
        }
    }

    /// The latest agreement; of two at the same instant one that no longer counts, and then the narrower one.
    fn newest_agreement(&self, void: Option<Timestamp>) -> Option<Agreement<'a>> {
        let must_confirm = self.purpose.confirmed_on.contains(&self.question.channel);
        self.opt_ins(void)
            .filter_map(|event| match event.kind? {
                Granted | Imported if !must_confirm => Some(Agreement::declared(event)),
                Confirmed => self.confirmed(void, event),
                _ => None,
            })
            .max_by_key(|one| {
                let reason = one.over(self.purpose, self.as_of.valid).map(|denied| denied.reason);
                let narrow = (reason.unwrap_or(ContactReason::Consented), end_of(one.until), one.version, one.event.id);
                (one.event.at, Reverse(narrow))
            })
    }

    /// The agreement that a confirmation makes of the latest declaration before it, unless that had run out. Of several
    /// declarations at the same instant it makes the narrowest.
    fn confirmed(&self, void: Option<Timestamp>, event: &'a Said) -> Option<Agreement<'a>> {
        let before = || self.opt_ins(void).filter(|said| said.kind != Some(Confirmed) && said.at <= event.at);
        let at = before().map(|said| said.at).max()?;
        let mut agreement = Agreement::declared(event);
        agreement.version = u32::MAX;
        for said in before().filter(|said| said.at == at) {
            match said.kind {
                Some(Requested) if end_of(said.until) <= event.at => return None,
                Some(Requested) => {}
                _ => agreement.until = agreement.until.into_iter().chain(said.until).min(),
            }
            if said.version < agreement.version {
                agreement.version = said.version;
                agreement.notice = said.notice.as_ref();
            }
        }
        Some(agreement)
    }

    /// A request or grant that waits for its confirmation.
    fn pending(&self, void: Option<Timestamp>) -> Option<ContactDecision> {
        let waits = latest(self.opt_ins(void).filter(|said| said.kind != Some(Confirmed)), |said| {
            said.until.unwrap_or(Timestamp::MAX)
        })?;
        Some(match waits.until.filter(|until| *until <= self.as_of.valid) {
            Some(until) => ContactDecision::by(ContactReason::Expired, waits.id, until),
            None => ContactDecision::by(ContactReason::Unconfirmed, waits.id, waits.at),
        })
    }
}

/// A declaration that counts as consent, by itself or by its confirmation.
struct Agreement<'a> {
    event: &'a Said,
    version: u32,
    notice: Option<&'a Name>,
    until: Option<Timestamp>,
}

impl<'a> Agreement<'a> {
    const fn declared(event: &'a Said) -> Self {
        Self { event, version: event.version, notice: event.notice.as_ref(), until: event.until }
    }

    /// Why it no longer counts.
    fn over(&self, purpose: &Purpose, at: Timestamp) -> Option<ContactDecision> {
        let (reason, since) = match self.until.filter(|until| *until <= at) {
            Some(until) => (ContactReason::Expired, until),
            None if self.version < purpose.consents_from => (ContactReason::StaleNotice, self.event.at),
            None => return None,
        };
        Some(self.decision(reason, since))
    }

    fn given(&self) -> ContactDecision {
        ContactDecision {
            until: self.until,
            basis: Some(LawfulBasis::Consent),
            ..self.decision(ContactReason::Consented, self.event.at)
        }
    }

    fn decision(&self, reason: ContactReason, since: Timestamp) -> ContactDecision {
        ContactDecision { notice: self.notice.cloned(), ..ContactDecision::by(reason, self.event.id, since) }
    }
}

/// When something ends; never is later than everything.
fn end_of(until: Option<Timestamp>) -> Timestamp {
    until.unwrap_or(Timestamp::MAX)
}
