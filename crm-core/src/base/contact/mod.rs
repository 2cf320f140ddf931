//! Where and in which words people can be reached: addresses, numbers, countries and languages, each checked once and
//! kept in one form.

mod country;
mod email;
mod locale;
mod numbering;
mod phone;

pub use country::Country;
pub use email::Email;
pub use locale::Locale;
pub use phone::Phone;
