//! The handle on privacy.

use crm_core::base::{AsOf, ContactPointId, CustomerId, Id, Timestamp};
use crm_core::crm::Privacy;
use crm_core::privacy::{
    AccessPackage, ConsentEvent, ContactAnswer, ContactDecision, ContactQuestion, Policy, Purpose, SuppressionReason,
};

use crate::{CrmError, guard};

/// The handle on what is allowed.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingPrivacy(pub(crate) Privacy);

#[uniffi::export]
impl BlockingPrivacy {
    /// Defines a purpose, or a new version of one. One that has not changed is left as it is.
    pub fn define(&self, purpose: Purpose) -> Result<(), CrmError> {
        guard(|| self.0.define(&purpose))
    }

    /// The defined purposes.
    pub fn policy(&self) -> Result<Policy, CrmError> {
        guard(|| self.0.policy())
    }

    /// Records what people have said, all or nothing, and gives the ids of the facts.
    pub fn record(&self, events: Vec<ConsentEvent>) -> Result<Vec<Id>, CrmError> {
        guard(|| self.0.record(&events))
    }

    /// Takes back every permission of a customer, from now on.
    pub fn withdraw(&self, customer: CustomerId) -> Result<Id, CrmError> {
        guard(|| self.0.withdraw(customer))
    }

    /// Whether a contact is allowed, why, and which fact decides.
    pub fn evaluate(&self, question: ContactQuestion, as_of: AsOf) -> Result<ContactDecision, CrmError> {
        guard(|| self.0.evaluate(&question, as_of))
    }

    /// The answer to every question that can be asked about a customer.
    pub fn explain(&self, customer: CustomerId, as_of: AsOf) -> Result<Vec<ContactAnswer>, CrmError> {
        guard(|| self.0.explain(customer, as_of))
    }

    /// Bars the address of a contact point, whoever it belongs to. The engine needs an address key for it.
    pub fn suppress(&self, point: ContactPointId, reason: SuppressionReason, at: Timestamp) -> Result<(), CrmError> {
        guard(|| self.0.suppress(point, reason, at))
    }

    /// Everything that is stored about a customer, each field with its class, origin and purposes.
    pub fn export(&self, customer: CustomerId) -> Result<AccessPackage, CrmError> {
        guard(|| self.0.export(customer))
    }

    /// Erases a customer: everything about the person goes, and nothing about them is ever written again. The addresses
    /// are barred, if the engine has an address key, so that the next import of the same list contacts nobody.
    pub fn erase(&self, customer: CustomerId) -> Result<(), CrmError> {
        guard(|| self.0.erase(customer))
    }
}
