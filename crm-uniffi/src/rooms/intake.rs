//! The handle on imports.

use crm_core::crm::{Imported, Intake};
use crm_core::intake::{ContactMapping, Mode, PurchaseMapping, PurchaseRow};

use crate::{CrmError, guard};

/// The handle on imports.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingIntake(pub(crate) Intake);

#[uniffi::export]
impl BlockingIntake {
    /// Imports a log of purchases, all or nothing. A customer that is not known under its number in the mapping's source
    /// is entered with that number and nothing else.
    pub fn purchases(&self, file: &[u8], mapping: PurchaseMapping, mode: Mode) -> Result<Imported, CrmError> {
        guard(|| self.0.purchases(file, &mapping, mode))
    }

    /// Imports purchases that were put together before, like `purchases`. All rows come from the source that the first
    /// one names.
    pub fn purchase_rows(&self, rows: Vec<PurchaseRow>, mode: Mode) -> Result<Imported, CrmError> {
        guard(|| self.0.purchase_rows(&rows, mode))
    }

    /// Imports a list of contacts, all or nothing. Who is known under the same number learns what the list says: it goes
    /// over what was known, and what it does not say stays. What a person has said is recorded once, however often the
    /// list comes.
    pub fn contacts(&self, file: &[u8], mapping: ContactMapping, mode: Mode) -> Result<Imported, CrmError> {
        guard(|| self.0.contacts(file, &mapping, mode))
    }
}
