//! How texts are folded and matched. Nothing here depends on a locale.

use std::borrow::Cow;

use regex_lite::Regex;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::ast::{Fold, TextOp};

/// A text as it is compared.
///
/// - `ci`: every character is mapped to upper case and then to lower case, so that `ß`, `SS` and `ss` agree, as do the
///   three sigmas.
/// - `fold`: the text is decomposed for compatibility (NFKD), combining marks are dropped, and then as for `ci`.
pub(super) fn fold(text: &str, fold: Fold) -> Cow<'_, str> {
    match fold {
        Fold::None => Cow::Borrowed(text),
        _ if text.is_ascii() => {
            if text.bytes().any(|b| b.is_ascii_uppercase()) {
                Cow::Owned(text.to_ascii_lowercase())
            } else {
                Cow::Borrowed(text)
            }
        }
        Fold::Case => Cow::Owned(text.chars().flat_map(fold_char).collect()),
        Fold::Accents => Cow::Owned(text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(fold_char).collect()),
    }
}

fn fold_char(c: char) -> impl Iterator<Item = char> {
    c.to_uppercase().flat_map(char::to_lowercase)
}

/// A pattern, ready to be matched.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Contains(Box<str>),
    Like(Box<[Glob]>),
    /// Nothing where the expression is malformed, which the checker has refused.
    Matches(Option<Regex>),
}

/// Reads a regular expression, of limited size.
pub(super) fn regex(pattern: &str) -> Option<Regex> {
    regex_lite::RegexBuilder::new(pattern).size_limit(1 << 16).nest_limit(50).build().ok()
}

/// A part of a pattern with `*` and `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glob {
    One(char),
    AnyOne,
    Any,
}

impl Pattern {
    pub fn new(op: TextOp, pattern: &str, how: Fold) -> Self {
        let whole = || fold(pattern, how).into();
        match op {
            TextOp::StartsWith => Self::StartsWith(whole()),
            TextOp::EndsWith => Self::EndsWith(whole()),
            TextOp::Contains => Self::Contains(whole()),
            TextOp::Like => Self::Like(globs(pattern, how)),
            TextOp::Matches => Self::Matches(regex(pattern)),
        }
    }

    /// Whether a folded text matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::StartsWith(start) => text.starts_with(&**start),
            Self::EndsWith(end) => text.ends_with(&**end),
            Self::Contains(part) => text.contains(&**part),
            Self::Like(globs) => like(globs, text),
            Self::Matches(regex) => regex.as_ref().is_some_and(|regex| regex.is_match(text)),
        }
    }
}

/// The parts of a pattern, what lies between the signs folded as a whole.
fn globs(pattern: &str, how: Fold) -> Box<[Glob]> {
    let (mut globs, mut plain) = (Vec::new(), String::new());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let sign = match c {
            '*' => Glob::Any,
            '?' => Glob::AnyOne,
            '\\' => {
                plain.push(chars.next().unwrap_or('\\'));
                continue;
            }
            c => {
                plain.push(c);
                continue;
            }
        };
        globs.extend(fold(&plain, how).chars().map(Glob::One));
        plain.clear();
        if sign != Glob::Any || globs.last() != Some(&Glob::Any) {
            globs.push(sign);
        }
    }
    globs.extend(fold(&plain, how).chars().map(Glob::One));
    globs.into()
}

/// Matches a whole text. After a mismatch only the last `*` is tried again, one character further: the time is at most
/// the product of the lengths, and no memory is taken.
fn like(globs: &[Glob], text: &str) -> bool {
    let (mut at, mut rest) = (0, text.chars());
    let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut ahead = rest.clone();
        let next = ahead.next();
        match (globs.get(at), next) {
            (Some(Glob::Any), _) => {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            (Some(Glob::AnyOne), Some(_)) => {
                (at, rest) = (at + 1, ahead);
                continue;
            }
            (Some(Glob::One(own)), Some(c)) if *own == c => {
                (at, rest) = (at + 1, ahead);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after, from)) = &mut retry else { return false };
        if from.next().is_none() {
            return false;
        }
        (at, rest) = (*after, from.clone());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(op: TextOp, pattern: &str, how: Fold, text: &str) -> bool {
        Pattern::new(op, pattern, how).matches(&fold(text, how))
    }

    #[test]
    fn case_and_accents_fold_without_a_locale() {
        for (how, a, b, same) in [
            (Fold::None, "Anna", "anna", false),
            (Fold::Case, "Anna", "aNNA", true),
            (Fold::Case, "STRASSE", "straße", true),
            (Fold::Case, "ΣΊΣΥΦΟΣ", "σίσυφος", true),
            (Fold::Case, "Jose", "José", false),
            (Fold::Accents, "JOSE", "josé", true),
            // Composed and decomposed forms of one text.
            (Fold::Case, "é", "e\u{301}", false),
            (Fold::Accents, "é", "e\u{301}", true),
            (Fold::Accents, "ﬁne", "FINE", true),
            (Fold::Accents, "ＡＢ１", "ab1", true),
            // No locale: of the Turkish letters, the one without a dot agrees with `i`, the one with it does not.
            (Fold::Case, "ILK", "ılk", true),
            (Fold::Case, "İ", "i", false),
        ] {
            assert_eq!(fold(a, how) == fold(b, how), same, "{a} {b} {how:?}");
        }
    }

    #[test]
    fn patterns_match_whole_characters() {
        for (op, pattern, how, text, expected) in [
            (TextOp::StartsWith, "ann", Fold::None, "anna", true),
            (TextOp::StartsWith, "Ann", Fold::None, "anna", false),
            (TextOp::EndsWith, "NA", Fold::Case, "anna", true),
            (TextOp::Contains, "ü", Fold::Accents, "MUNCHEN", true),
            (TextOp::Like, "a*a", Fold::None, "anna", true),
            (TextOp::Like, "a*a", Fold::None, "a", false),
            (TextOp::Like, "?", Fold::None, "ü", true),
            (TextOp::Like, "??", Fold::None, "ü", false),
            (TextOp::Like, "*", Fold::None, "", true),
            (TextOp::Like, "", Fold::None, "", true),
            (TextOp::Like, "", Fold::None, "x", false),
            (TextOp::Like, r"100\*", Fold::None, "100*", true),
            (TextOp::Like, r"100\*", Fold::None, "1000", false),
            (TextOp::Like, "*B?D*", Fold::Case, "aabcdb", true),
            (TextOp::Like, "*a*b*c", Fold::None, "xaxbxcx", false),
        ] {
            assert_eq!(matches(op, pattern, how, text), expected, "{op:?} {pattern} {text}");
        }
    }

    #[test]
    fn no_pattern_takes_for_ever() {
        let pattern = "a*".repeat(5_000) + "b";
        assert!(!matches(TextOp::Like, &pattern, Fold::None, &"a".repeat(10_000)));
    }

    proptest! {
        #[test]
        fn like_agrees_with_its_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            fn slow(pattern: &[char], text: &[char]) -> bool {
                match pattern.split_first() {
                    None => text.is_empty(),
                    Some(('*', rest)) => (0..=text.len()).any(|skip| slow(rest, &text[skip..])),
                    Some(('?', rest)) => !text.is_empty() && slow(rest, &text[1..]),
                    Some((c, rest)) => text.first() == Some(c) && slow(rest, &text[1..]),
                }
            }
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(matches(TextOp::Like, &pattern, Fold::None, &text), slow(&p, &t));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,12}") {
            for how in [Fold::Case, Fold::Accents] {
                let once = fold(&text, how).into_owned();
                prop_assert_eq!(fold(&once, how), once.as_str());
            }
        }
    }
}
