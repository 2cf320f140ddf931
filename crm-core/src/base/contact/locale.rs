//! Languages as people set them.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use smol_str::SmolStr;

use crate::base::as_text::from_text;
use crate::base::{Error, Result};

/// A language, with a script and a region where they matter: `de`, `de-AT`, `zh-Hant-TW`, `es-419`.
///
/// A well-formed tag of BCP 47 (RFC 5646, section 2.1) in its canonical case; variants and extensions are refused.
/// Whether the parts are registered is not checked.
///
/// ```
/// use crm_core::base::Locale;
///
/// let locale = Locale::new("ZH_hant_tw")?;
/// assert_eq!(locale.as_str(), "zh-Hant-TW");
/// assert_eq!((locale.language(), locale.script(), locale.region()), ("zh", Some("Hant"), Some("TW")));
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Locale(SmolStr);

impl Locale {
    /// Reads a tag in any case, with `-` or `_` between its parts.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is not a language, possibly with a script, possibly with a region.
    pub fn new(tag: &str) -> Result<Self> {
        let bad = || Error::invalid("locale", "expected a BCP 47 tag such as de, de-AT or zh-Hant-TW");
        let mut parts = tag.split(['-', '_']).peekable();
        let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let language = parts.next().filter(|part| matches!(part.len(), 2 | 3 | 5..=8) && letters(part));
        let script = parts.next_if(|part| part.len() == 4 && letters(part));
        let region = parts.next_if(|part| match part.len() {
            2 => letters(part),
            3 => part.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        });
        if parts.next().is_some() {
            return Err(bad());
        }
        let mut canonical = language.ok_or_else(bad)?.to_ascii_lowercase();
        if let Some(script) = script {
            canonical.push('-');
            canonical.push_str(&script[..1].to_ascii_uppercase());
            canonical.push_str(&script[1..].to_ascii_lowercase());
        }
        if let Some(region) = region {
            canonical.push('-');
            canonical.push_str(&region.to_ascii_uppercase());
        }
        Ok(Self(canonical.into()))
    }

    /// The tag in its canonical case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language (ISO 639): two or three letters as a rule.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// The script (ISO 15924), if the tag names one.
    pub fn script(&self) -> Option<&str> {
        self.0.split('-').nth(1).filter(|part| part.len() == 4)
    }

    /// The region, if the tag names one: two letters (ISO 3166-1) or three digits (UN M.49).
    pub fn region(&self) -> Option<&str> {
        self.0.split('-').skip(1).find(|part| part.len() < 4)
    }

    /// The tag without its last part (RFC 4647, section 3.4): where to look next when there is no text in this
    /// language. Nothing after the language alone.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('-').map(|(parent, _)| Self(parent.into()))
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Locale {
    type Err = Error;

    fn from_str(tag: &str) -> Result<Self> {
        Self::new(tag)
    }
}

from_text!(Locale, "a BCP 47 tag");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_canonical_form_is_stable_and_complete(
            language in "[a-zA-Z]{2,3}", script in proptest::option::of("[a-zA-Z]{4}"),
            region in proptest::option::of("[a-zA-Z]{2}|[0-9]{3}"), separator in "[-_]",
        ) {
            let parts = [Some(language.clone()), script.clone(), region.clone()];
            let tag = parts.into_iter().flatten().collect::<Vec<_>>().join(&separator);
            let locale = Locale::new(&tag).unwrap();
            prop_assert_eq!(&Locale::new(locale.as_str()).unwrap(), &locale);
            prop_assert!(locale.language().eq_ignore_ascii_case(&language));
            prop_assert!(locale.script().unwrap_or("").eq_ignore_ascii_case(&script.unwrap_or_default()));
            prop_assert!(locale.region().unwrap_or("").eq_ignore_ascii_case(&region.unwrap_or_default()));
            let json = serde_json::to_string(&locale).unwrap();
            prop_assert_eq!(serde_json::from_str::<Locale>(&json).unwrap(), locale);
        }
    }

    /// Tags of RFC 5646, appendix A.
    #[test]
    fn examples_of_the_standard() {
        for good in ["de", "fr", "ja", "zh-Hant", "zh-Hans", "sr-Cyrl", "sr-Latn", "zh-Hans-CN", "sr-Latn-RS", "es-419"]
        {
            assert_eq!(Locale::new(good).unwrap().as_str(), good);
            assert_eq!(Locale::new(&good.to_uppercase()).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "-",
            "d",
            "de-",
            "-DE",
            "de--DE",
            "de-419-DE",
            "a-DE",
            "ar-a-aaa-b-bbb-a-ccc",
            "de-DE-1996",
            "de DE",
            "en-US-u-ca-gregory",
            "i-enochian",
            "x-whatever",
            "dé",
            "abcdefghi",
            "abcd",
            "de_DE.UTF-8",
            "12",
        ] {
            assert!(Locale::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn fallback_drops_one_part_at_a_time() {
        let tags = std::iter::successors(Some(Locale::new("zh-Hant-TW").unwrap()), Locale::parent);
        assert_eq!(tags.map(|tag| tag.to_string()).collect::<Vec<_>>(), ["zh-Hant-TW", "zh-Hant", "zh"]);
    }
}
