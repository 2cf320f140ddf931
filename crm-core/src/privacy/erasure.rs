//! Erasure: what it will remove, said beforehand, and the change that does it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fields::SUPPRESSION;
use super::suppression::{AddressToken, SuppressionReason, suppress};
use crate::base::{CustomerId, DataClass, Env, Name, Registry, Result, Target, worded};
use crate::change::{Change, ChangeSet};

worded! {
    /// What an erasure does with the records of a kind or the facts of a stream.
    pub enum ErasureAction: "action" {
        /// All that are about the person are removed.
        Delete = "delete",
        /// They are about no person.
        NotPersonal = "not_personal",
        /// They are kept so that the person is not contacted again by mistake. They hold no address and no customer.
        KeepBarred = "keep_barred",
    }
}

/// What an erasure does with one kind or stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErasureStep {
    /// The kind or stream.
    pub target: Target,
    /// What happens to it.
    pub action: ErasureAction,
    /// Its declared fields by their class.
    pub fields: BTreeMap<DataClass, Vec<Name>>,
}

/// What an erasure will do, kind by kind and stream by stream. It follows from the declarations, so that nothing that
/// can be stored is left out.
///
/// A kind is kept when no field of it is about a person. A stream is about persons by its nature, but for that of the
/// barred addresses.
pub fn plan_erasure(registry: &Registry) -> Vec<ErasureStep> {
    registry
        .iter()
        .map(|(target, declared)| {
            let mut fields: BTreeMap<DataClass, Vec<Name>> = BTreeMap::new();
            for field in declared {
                fields.entry(field.class).or_default().push(field.name.clone());
            }
            let action = match target {
                Target::Stream(stream) if *stream == SUPPRESSION => ErasureAction::KeepBarred,
                Target::Kind(_) if fields.keys().all(|class| *class == DataClass::NonPersonal) => {
                    ErasureAction::NotPersonal
                }
                _ => ErasureAction::Delete,
            };
            ErasureStep { target: target.clone(), action, fields }
        })
        .collect()
}

/// Erases a customer: everything about the person goes, and nothing about them is ever written again.
///
/// The tokens in `addresses` are barred first, so that an address that comes in again, with the next import, contacts
/// nobody. Leave them out when the person wants to be forgotten even there.
///
/// # Errors
/// None that a caller could cause.
pub fn erase(customer: CustomerId, addresses: &[AddressToken], env: &Env<'_>) -> Result<ChangeSet> {
    let mut changes = ChangeSet::new(env.now);
    for address in addresses {
        changes.extend(suppress(*address, None, SuppressionReason::Erased, env.now, env)?);
    }
    changes.changes.push(Change::Erase { subject: customer.into() });
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Declaration;
    use crate::base::{CountedIds, FieldDecl, Id, Kind, Provenance, Stream, Timestamp, ValueType};
    use crate::privacy::{AddressKey, CONSENT, PURPOSE, declarations};

    #[test]
    fn the_plan_covers_every_declaration() {
        let mut registry = Registry::new();
        for declaration in declarations() {
            registry.declare(&declaration).unwrap();
        }
        let mixed = [("score", DataClass::Inferred), ("label", DataClass::NonPersonal)].map(|(name, class)| {
            let origin = if class == DataClass::Inferred { Provenance::Inferred } else { Provenance::Observed };
            FieldDecl::new(name, ValueType::Text, class, origin, &["analytics"])
        });
        let visits = Target::Stream(Stream::from_static("visit"));
        let card = Target::Kind(Kind::from_static("card"));
        registry.declare(&Declaration { target: visits.clone(), fields: vec![mixed[1].clone()] }).unwrap();
        registry.declare(&Declaration { target: card.clone(), fields: mixed.to_vec() }).unwrap();

        let plan = plan_erasure(&registry);
        assert_eq!(plan.len(), registry.iter().count());
        let action = |target: &Target| plan.iter().find(|step| step.target == *target).unwrap().action;
        assert_eq!(action(&Target::Kind(PURPOSE)), ErasureAction::NotPersonal);
        assert_eq!(action(&Target::Stream(CONSENT)), ErasureAction::Delete);
        assert_eq!(action(&Target::Stream(SUPPRESSION)), ErasureAction::KeepBarred);
        assert_eq!(action(&visits), ErasureAction::Delete);
        assert_eq!(action(&card), ErasureAction::Delete);
    }

    #[test]
    fn erasing_bars_the_addresses_without_naming_the_person() {
        let ids = CountedIds::from(1);
        let customer = CustomerId::new(Id::derived("test", "anna"));
        let token = AddressKey::new([1; 32]).token("email", "anna@example.org");
        let changes = erase(customer, &[token], &Env::new(Timestamp::EPOCH, &ids)).unwrap();
        let [Change::Append(barred), Change::Erase { subject }] = changes.changes.as_slice() else { panic!() };
        assert_eq!((barred.subject, *subject), (token.id(), customer.id()));
        assert!(barred.fields.iter().all(|(_, value)| value.as_id().is_none()));
    }
}
