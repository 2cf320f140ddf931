//! The handle on interactions.

use crm_core::base::{Cursor, CustomerId, FieldDecl, InteractionId, Page};
use crm_core::crm::{Interactions, Recorded};
use crm_core::interaction::{Interaction, NewInteraction, OrderLine, Timeline};

use crate::{CrmError, guard};

/// The handle on what happened.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingInteractions(pub(crate) Interactions);

/// A page of interactions.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, uniffi::Record)]
pub struct InteractionPage {
    /// The interactions, in the order of the question.
    pub items: Vec<Interaction>,
    /// Where the next page starts; nothing when there was nothing behind this one.
    pub next: Option<Cursor>,
}

impl From<Page<Interaction>> for InteractionPage {
    fn from(page: Page<Interaction>) -> Self {
        Self { items: page.items, next: page.next }
    }
}

#[uniffi::export]
impl BlockingInteractions {
    /// Records an interaction.
    pub fn record(&self, new: NewInteraction) -> Result<InteractionId, CrmError> {
        guard(|| self.0.record(new))
    }

    /// Records many interactions, all or none, in one commit.
    pub fn record_all(&self, batch: Vec<NewInteraction>) -> Result<Recorded, CrmError> {
        guard(|| self.0.record_all(&batch))
    }

    /// An interaction.
    pub fn get(&self, id: InteractionId) -> Result<Interaction, CrmError> {
        guard(|| self.0.get(id))
    }

    /// The lines of an order or refund, by number.
    pub fn lines(&self, id: InteractionId) -> Result<Vec<OrderLine>, CrmError> {
        guard(|| self.0.lines(id))
    }

    /// A page of a customer's history.
    pub fn timeline(&self, customer: CustomerId, timeline: Timeline) -> Result<InteractionPage, CrmError> {
        guard(|| self.0.timeline(customer, timeline).map(InteractionPage::from))
    }

    /// Declares properties of the host's own.
    pub fn declare_properties(&self, properties: Vec<FieldDecl>) -> Result<(), CrmError> {
        guard(|| self.0.declare_properties(&properties))
    }
}
