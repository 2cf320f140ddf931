//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use smol_str::SmolStr;

use crate::base::as_text::from_text;
use crate::base::{Error, Result, Text};

/// An e-mail address: a local part, `@` and a domain. It is personal data: `Debug` does not show it, and there is no
/// `Display`.
///
/// What is accepted is what mail systems accept today: the `dot-atom` form of RFC 5322, section 3.4.1, with letters of
/// all scripts (RFC 6531), within the lengths of RFC 5321, section 4.5.3.1. Display names, comments, quoted local parts,
/// address literals (`[192.0.2.1]`) and domains without a dot are refused. Whether anybody reads the mail only mail can
/// tell.
///
/// The domain is kept in lower case and otherwise as it was given, not in its `xn--` form. The local part keeps its
/// case, which some systems distinguish; to find the same person again, compare [`match_key`](Self::match_key).
///
/// ```
/// use crm_core::base::Email;
///
/// let email = Email::new("Anna.Berg@Example.ORG")?;
/// assert_eq!(email.as_str(), "Anna.Berg@example.org");
/// assert_eq!(email.match_key(), "anna.berg@example.org");
/// assert_eq!(format!("{email:?}"), "Email(•••)");
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(SmolStr);

impl Email {
    /// The longest address, in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
    pub const MAX_LEN: usize = 254;

    /// Checks an address and puts its domain into lower case. Blanks around it are dropped.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no address; the message says which rule it breaks, not what it is.
    pub fn new(text: &str) -> Result<Self> {
        let (local, domain) = text.trim().split_once('@').ok_or_else(|| refused("an address has one @"))?;
        let domain = domain.to_lowercase();
        check_local(local)?;
        check_domain(&domain)?;
        if local.len() + 1 + domain.len() > Self::MAX_LEN {
            return Err(refused("an address has at most 254 bytes"));
        }
        Ok(Self(smol_str::format_smolstr!("{local}@{domain}")))
    }

    /// The address, to be used and not to be logged.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |parts| parts.0)
    }

    /// The part after the `@`, in lower case.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |parts| parts.1)
    }

    /// The address in lower case: the same for spellings that in practice reach the same mailbox. It is as personal as
    /// the address. Write to [`as_str`](Self::as_str), not to this.
    pub fn match_key(&self) -> String {
        self.0.to_lowercase()
    }
}

fn refused(rule: &'static str) -> Error {
    Error::invalid("email", rule)
}

fn check_local(local: &str) -> Result<()> {
    if local.is_empty() || local.len() > 64 {
        return Err(refused("1 to 64 bytes stand before the @"));
    }
    if local.split('.').any(str::is_empty) {
        return Err(refused("before the @, no dot stands first, last or beside another"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || is_foreign(c);
    if local.chars().all(allowed) { Ok(()) } else { Err(refused("a character before the @ is not allowed")) }
}

fn check_domain(domain: &str) -> Result<()> {
    let Some((_, top)) = domain.rsplit_once('.') else {
        return Err(refused("a domain has at least one dot"));
    };
    if domain.split('.').any(|label| label.is_empty() || label.len() > 63) {
        return Err(refused("between the dots of a domain stand 1 to 63 bytes"));
    }
    if domain.split('.').any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Err(refused("no part of a domain begins or ends with a hyphen"));
    }
    if top.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused("a domain does not end with a number"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.') || is_foreign(c);
    if domain.chars().all(allowed) { Ok(()) } else { Err(refused("a character of the domain is not allowed")) }
}

/// Letters, marks and signs beyond ASCII, but nothing that cannot be seen or that passes for a blank, an `@` or a dot.
fn is_foreign(c: char) -> bool {
    let looks_like_another = matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{2000}'..='\u{206F}' | '\u{2800}' | '\u{3002}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE52}' | '\u{FE6B}' | '\u{FEFF}' | '\u{FF0E}' | '\u{FF20}' | '\u{FF61}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFF}' | '\u{E0000}'..='\u{10FFFF}');
    !c.is_ascii() && !c.is_control() && !c.is_whitespace() && !looks_like_another
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(•••)")
    }
}

impl FromStr for Email {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl From<&Email> for Text {
    fn from(email: &Email) -> Self {
        email.as_str().into()
    }
}

from_text!(Email, "an e-mail address");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_accepted_keeps_its_form(text in "[a-zA-ZÀ-ž0-9.+@ \\-]{1,20}@[a-zA-ZÀ-ž0-9.@\\-]{1,20}") {
            if let Ok(email) = Email::new(&text) {
                prop_assert_eq!(&Email::new(email.as_str()).unwrap(), &email);
                let json = serde_json::to_string(&email).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Email>(&json).unwrap(), &email);
                prop_assert_eq!(Email::new(&email.match_key()).unwrap().match_key(), email.match_key());
                prop_assert!(email.as_str().len() <= Email::MAX_LEN);
            }
        }

        #[test]
        fn neither_debug_nor_an_error_shows_the_address(local in "[a-z]{9,20}", host in "[a-z]{9,20}") {
            let good = Email::new(&format!("{local}@{host}.org")).unwrap();
            let bad = Email::new(&format!("{local} {host}@{host}.org")).unwrap_err();
            let shown = format!("{good:?} {bad:?} {bad}");
            prop_assert!(!shown.contains(&local) && !shown.contains(&host));
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,40}") {
            let _ = Email::new(&text);
        }
    }

    #[test]
    fn addresses_in_use_are_accepted() {
        for good in [
            "a@b.co",
            "first.last+tag@sub.example.org",
            "o'brien@example.ie",
            "user%example.com@example.org",
            "!#$%&'*+-/=?^_`{|}~@example.org",
            "123@123.example",
            "x@xn--bcher-kva.example",
            "jörg@bücher.example",
            "用户@例子.广告",
            "अजय@डाटा.भारत",
            "हिन्दी@उदाहरण.परीक्षा",
            &format!("{}@{}.org", "l".repeat(64), "d".repeat(63)),
        ] {
            assert_eq!(Email::new(good).unwrap().as_str(), good);
        }
        assert_eq!(Email::new(" a@B.Org\r\n").unwrap().as_str(), "a@b.org");
        assert_eq!(Email::new("Ann@BÜCHER.example").unwrap().as_str(), "Ann@bücher.example");
        let email = Email::new("Ann@b.org").unwrap();
        assert_eq!((email.local_part(), email.domain()), ("Ann", "b.org"));
        assert_ne!(email, Email::new("ann@b.org").unwrap());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "@",
            "a",
            "a@",
            "@b.org",
            "a@b",
            "a@localhost",
            "a@@b.org",
            "a@b@c.org",
            "a b@c.org",
            "a@b c.org",
            "Ann <a@b.org>",
            "<a@b.org>",
            "mailto:a@b.org, c@d.org",
            "\"a b\"@c.org",
            "a@[192.0.2.1]",
            "a@192.0.2.1",
            "a(comment)@b.org",
            ".a@b.org",
            "a.@b.org",
            "a..b@c.org",
            "a@.b.org",
            "a@b.org.",
            "a@b..org",
            "a@-b.org",
            "a@b-.org",
            "a@b_c.org",
            "a\0@b.org",
            "a\u{200B}@b.org",
            "a@b\u{3002}org",
            "a\u{FF20}b@c.org",
            "a@b.org;c@d.org",
        ] {
            assert!(Email::new(bad).is_err(), "{bad}");
        }
        assert!(Email::new(&format!("{}@b.org", "l".repeat(65))).is_err());
        assert!(Email::new(&format!("a@{}.org", "d".repeat(64))).is_err());
        let long = format!(
            "{}@{}.org",
            "l".repeat(60),
            ["d".repeat(47), "d".repeat(47), "d".repeat(47), "d".repeat(45)].join(".")
        );
        assert_eq!(long.len(), 254);
        assert!(Email::new(&long).is_ok());
        assert!(Email::new(&format!("l{long}")).is_err());
    }
}
