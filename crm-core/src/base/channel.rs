//! Channels: the ways in which a business and a customer meet.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Error, Name, Result};

/// The way on which something happened, or on which somebody may be contacted.
///
/// A telephone number serves two of them: a permission to send a text message is none to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// Electronic mail.
    Email,
    /// Text messages to a telephone number.
    Sms,
    /// Calls to a telephone number.
    Phone,
    /// Letters and parcels.
    Post,
    /// Notifications on a device.
    Push,
    /// Inside the host's own application.
    App,
    /// A web site.
    Web,
    /// A shop with a door.
    Store,
    /// Live conversation with a person or a bot.
    Chat,
    /// A social network.
    Social,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 10] = [
        Self::Email,
        Self::Sms,
        Self::Phone,
        Self::Post,
        Self::Push,
        Self::App,
        Self::Web,
        Self::Store,
        Self::Chat,
        Self::Social,
    ];

    /// The channel's word, as it is stored and exchanged.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Phone => "phone",
            Self::Post => "post",
            Self::Push => "push",
            Self::App => "app",
            Self::Web => "web",
            Self::Store => "store",
            Self::Chat => "chat",
            Self::Social => "social",
        }
    }

    /// The word as a name.
    pub const fn name(self) -> Name {
        Name::from_static(self.word())
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Channel {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.word() == text)
            .ok_or_else(|| Error::invalid("channel", "email, sms, phone, post, push, app, web, store, chat or social"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_one_word_everywhere() {
        for channel in Channel::ALL {
            assert_eq!(channel.word().parse::<Channel>().unwrap(), channel);
            assert_eq!(serde_json::to_string(&channel).unwrap(), format!("\"{channel}\""));
        }
        for bad in ["", "Email", "e-mail", "fax"] {
            assert!(bad.parse::<Channel>().is_err(), "{bad}");
        }
    }
}
