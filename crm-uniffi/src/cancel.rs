//! A switch by which a host stops what it has begun.

/// A switch by which a host stops what it has begun, from any thread. It stays where it was put.
#[derive(Clone, Debug, Default, uniffi::Object)]
pub struct CancelToken(pub(crate) crm_core::crm::CancelToken);

#[uniffi::export]
impl CancelToken {
    /// A token that nobody has cancelled.
    #[uniffi::constructor]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops what looks at the token.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
