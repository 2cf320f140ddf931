//! What members get for their points.

use super::{Crm, Loyalty};
use crate::base::{CustomerId, Env, Error, Id, Name, ProgrammeId, Result, Timestamp};
use crate::change::ChangeSet;
use crate::loyalty::{
    Account, Claim, Claimed, Programme, REWARD_TALLY, RewardOffer, RewardTally, Shelf, VOUCHER, Voucher, VoucherUse,
};
use crate::record::{Record, Stored};
use crate::store::{MAX_PAGE, Scan};

impl Loyalty {
    /// The programme's rewards, and whether a member, who belongs to some segments, can claim each at an instant.
    pub fn rewards(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        at: Timestamp,
        segments: &[Name],
    ) -> Result<Vec<RewardOffer>> {
        let programme = self.programme(id)?;
        let shelf = self.shelf(&programme, member)?.0;
        Account::new(&programme, member, &self.ledger(member)?).rewards(at, segments, &shelf)
    }

    /// Claims a reward: the points are spent and a voucher is issued, both or neither. Two claims at once never take the
    /// same last piece.
    ///
    /// # Errors
    /// [`Error::Denied`] with the reason when the member cannot have it; [`Error::NotFound`] when there is none such.
    pub fn claim(&self, id: ProgrammeId, claim: &Claim) -> Result<Voucher> {
        self.crm().expect_customers(std::iter::once(claim.member))?;
        let programme = self.programme(id)?;
        let (voucher, _) = self.crm().write(|env, _| {
            let since = self.crm().store().info()?.seq;
            if let Some(known) = self.crm().store().load(&VOUCHER, &[claim.id])?.pop().flatten() {
                return Ok((Voucher::from_record(&known)?, ChangeSet::new(env.now)));
            }
            let (shelf, records) = self.shelf(&programme, claim.member)?;
            let ledger = self.ledger(claim.member)?;
            let claimed = Account::new(&programme, claim.member, &ledger).claim(claim, &shelf, env)?;
            let tally = records.into_iter().find(|record| record.id == tally_id(&claimed));
            let changes = write(&claimed, Record::new(VOUCHER, claim.id), tally, since, env);
            Ok((claimed.voucher, changes))
        })?;
        Ok(voucher)
    }

    /// A member's vouchers, the latest claim first.
    pub fn vouchers(&self, id: ProgrammeId, member: CustomerId) -> Result<Vec<Voucher>> {
        let scan = Scan::all(VOUCHER).about(member).limit(MAX_PAGE);
        let records = Crm::every(|cursor| self.crm().store().scan(&scan.clone().after(cursor)))?;
        let mut vouchers = records.iter().map(Voucher::from_record).collect::<Result<Vec<_>>>()?;
        vouchers.retain(|voucher| voucher.programme == id);
        vouchers.sort_by_key(|voucher| std::cmp::Reverse((voucher.claimed_at, voucher.id)));
        Ok(vouchers)
    }

    /// The voucher with a code, however it was typed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the code is mistyped; [`Error::NotFound`] when no voucher has it.
    pub fn voucher(&self, code: &str) -> Result<Voucher> {
        Voucher::from_record(&self.voucher_record(code)?)
    }

    /// Uses a voucher. It can be used once; the same use that is delivered again is the same use.
    ///
    /// # Errors
    /// [`Error::Denied`] when it was used, cancelled or is over; as [`voucher`](Self::voucher).
    pub fn use_voucher(&self, by: &VoucherUse) -> Result<Voucher> {
        let (voucher, _) = self.crm().write(|env, _| {
            let record = self.voucher_record(&by.code)?;
            let before = Voucher::from_record(&record)?;
            let used = before.used(by, env)?;
            let mut changes = ChangeSet::new(env.now);
            if used != before {
                changes.put(used.write(record.next()));
            }
            Ok((used, changes))
        })?;
        Ok(voucher)
    }

    /// Cancels a voucher that was not used: its points go back to the lots that they came from.
    ///
    /// # Errors
    /// [`Error::Denied`] when it was used or cancelled; as [`voucher`](Self::voucher).
    pub fn cancel_voucher(&self, code: &str, at: Timestamp) -> Result<Voucher> {
        let (voucher, _) = self.crm().write(|env, _| {
            let since = self.crm().store().info()?.seq;
            let record = self.voucher_record(code)?;
            let voucher = Voucher::from_record(&record)?;
            let programme = self.programme(voucher.programme)?;
            let id = RewardTally::id_of(programme.id, &voucher.reward);
            let tally = self.crm().store().load(&REWARD_TALLY, &[id])?.pop().flatten();
            let tally = tally.ok_or_else(|| Error::not_found("reward", id))?;
            let ledger = self.ledger(voucher.member)?;
            let account = Account::new(&programme, voucher.member, &ledger);
            let back = account.take_back(&voucher, &RewardTally::from_record(&tally)?, at, env)?;
            let changes = write(&back, record.next(), Some(tally), since, env);
            Ok((back.voucher, changes))
        })?;
        Ok(voucher)
    }

    fn voucher_record(&self, code: &str) -> Result<Record> {
        let scan = Scan::all(VOUCHER).with_key(Voucher::key(&Voucher::read_code(code)?));
        let mut found = self.crm().store().scan(&scan)?.items;
        // The code itself is a secret, and is not told.
        found.pop().ok_or_else(|| Error::not_found("voucher", Id::NIL))
    }

    /// What is known of rewards and of a member's vouchers, and the records of the tallies.
    fn shelf(&self, programme: &Programme, member: CustomerId) -> Result<(Shelf, Vec<Record>)> {
        let rewards = programme.versions().iter().flat_map(|version| &version.definition.rewards);
        let mut ids: Vec<Id> = rewards.map(|reward| RewardTally::id_of(programme.id, &reward.name)).collect();
        ids.sort_unstable();
        ids.dedup();
        let records: Vec<Record> = self.crm().store().load(&REWARD_TALLY, &ids)?.into_iter().flatten().collect();
        let tallies = records.iter().map(RewardTally::from_record).collect::<Result<_>>()?;
        Ok((Shelf { tallies, vouchers: self.vouchers(programme.id, member)? }, records))
    }
}

fn tally_id(claimed: &Claimed) -> Id {
    RewardTally::id_of(claimed.tally.programme, &claimed.tally.reward)
}

/// The voucher, its points and the tally, all or nothing.
fn write(claimed: &Claimed, voucher: Record, tally: Option<Record>, since: u64, env: &Env<'_>) -> ChangeSet {
    let mut changes = claimed.decision.changes(since, env.now);
    changes.put(claimed.voucher.write(voucher));
    let tally = tally.map_or_else(|| Record::new(REWARD_TALLY, tally_id(claimed)), |record| record.next());
    changes.put(claimed.tally.write(tally));
    changes
}
