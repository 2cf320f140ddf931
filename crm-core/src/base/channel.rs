//! Channels: the ways in which a business and a customer meet.

use super::worded;

worded! {
    /// The way on which something happened, or on which somebody may be contacted.
    ///
    /// A telephone number serves two of them: a permission to send a text message is none to call.
    pub enum Channel: "channel" {
        /// Electronic mail.
        Email = "email",
        /// Text messages to a telephone number.
        Sms = "sms",
        /// Calls to a telephone number.
        Phone = "phone",
        /// Letters and parcels.
        Post = "post",
        /// Notifications on a device.
        Push = "push",
        /// Inside the host's own application.
        App = "app",
        /// A web site.
        Web = "web",
        /// A shop with a door.
        Store = "store",
        /// Live conversation with a person or a bot.
        Chat = "chat",
        /// A social network.
        Social = "social",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_one_word_everywhere() {
        for channel in Channel::ALL {
            assert_eq!(channel.word().parse::<Channel>().unwrap(), *channel);
            assert_eq!(serde_json::to_string(&channel).unwrap(), format!("\"{channel}\""));
        }
        for bad in ["", "Email", "e-mail", "fax"] {
            assert!(bad.parse::<Channel>().is_err(), "{bad}");
        }
    }
}
