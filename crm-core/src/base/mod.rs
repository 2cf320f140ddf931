//! Words: the small types that every room speaks.
//!
//! Nothing here knows what a customer is. The room holds ids, instants and windows, dates, zones and business
//! calendars, names and texts, typed values, money, addresses and languages, the registry in which every stored field is
//! declared, and the one error of the crate.
//!
//! ```
//! use crm_core::base::{CalendarUnit, Money, Timestamp, Zone};
//!
//! let spent: Money = "49.90 EUR".parse()?;
//! assert_eq!(spent.minor(), 4_990);
//! let paid: Timestamp = "2026-03-31T22:30:00Z".parse()?;
//! let zone = Zone::new("Europe/Berlin")?;
//! let april = zone.window("2026-04-01".parse()?, CalendarUnit::Month);
//! assert!(april.contains(paid));
//! # Ok::<(), crm_core::Error>(())
//! ```

mod as_of;
mod as_text;
mod calendar;
mod channel;
mod civil;
mod contact;
mod currency;
mod date;
mod digest;
mod env;
mod error;
mod id;
mod money;
mod name;
mod nearest;
mod page;
mod personal;
mod registry;
mod rounding;
mod time;
mod value;
mod watch;
mod worded;
mod zone;

pub use as_of::AsOf;
pub use calendar::{Calendar, OpeningHours};
pub use channel::Channel;
pub use civil::{Civil, TimeOfDay};
pub use contact::{Country, Email, Locale, Phone};
pub use currency::Currency;
pub use date::{CalendarUnit, Date, IsoWeek, LeapDay, Month, Period, Weekday};
pub use digest::{Digest, digest_of};
pub use env::{Clock, CountedIds, Env, IdSource};
pub use error::{Clash, Error, ErrorCode, Reason, Result, StoreError};
pub use id::{CampaignId, ContactPointId, CustomerId, Id, InteractionId, ProgrammeId, SegmentId};
pub use money::Money;
pub use name::{Kind, Name, Stream};
pub(crate) use nearest::nearest;
pub use page::{Cursor, Order, Page};
pub use personal::{Personal, exposed, exposed_option};
pub use registry::{DataClass, Declaration, FieldDecl, Missing, Provenance, Registry, Target};
pub use rounding::Rounding;
pub use time::{Timestamp, Window};
pub use value::{Fields, Sealed, Text, Value, ValueType};
pub use watch::{Progress, Watch, checkpoint, watched};
pub(crate) use watch::{current, every_now_and_then, within};
pub(crate) use worded::worded;
pub use zone::Zone;
