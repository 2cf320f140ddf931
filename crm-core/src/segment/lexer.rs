//! Cuts the text of an expression into tokens.

use crate::base::{Currency, Date, Name, Timestamp};

use super::diagnostic::{Diagnostic, TextSpan};

/// The longest text of an expression, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: TokenKind<'a>,
    pub span: TextSpan,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'a> {
    /// A word or dotted path.
    Word(&'a str),
    /// A name in backticks.
    Quoted(Name),
    /// A text in double quotes, unescaped.
    Text(String),
    /// The digits of a number, without a sign.
    Number(&'a str),
    Date(Date),
    Time(Timestamp),
    /// A sign.
    Sign(&'static str),
    End,
}

/// Words that cannot begin an operand nor be a unit, a name or a property without backticks.
const RESERVED: &[&str] = &[
    "after", "and", "before", "between", "ci", "contains", "ends", "false", "fold", "from", "has", "in", "is", "like",
    "not", "now", "of", "older", "or", "starts", "today", "true", "until", "where", "zone",
];

/// Signs, longer ones first.
const SIGNS: &[&str] = &["!=", "<=", ">=", "->", "=", "<", ">", "(", ")", "{", "}", "[", "]", ",", "|", "-", "+", "@"];

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Whether a word can follow a number as its unit. A currency is no unit: it makes the number an amount.
pub(super) fn is_unit(word: &str) -> bool {
    word.chars().all(|c| c.is_lowercase() || c == '_') && is_plain(word) && word != "calendar"
}

/// Whether a name can be written without quotes.
pub(super) fn is_plain(name: &str) -> bool {
    word_len(name) == name.len() && !name.is_empty() && !is_reserved(name)
}

/// Some letters are numbers too (`Ⅷ`); they begin words nevertheless.
fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// How many bytes at the beginning are a word or a dotted path.
fn word_len(text: &str) -> usize {
    let mut len = 0;
    loop {
        let rest = &text[len..];
        if !rest.starts_with(starts_word) {
            // A trailing dot is no part of the word before it.
            return len.saturating_sub(1);
        }
        len += rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if !text[len..].starts_with('.') {
            return len;
        }
        len += 1;
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Diagnostic> {
    if text.len() > MAX_TEXT {
        return Err(Diagnostic::new("E0007", TextSpan::new(0, text.len()), "the expression is too long")
            .expected(format!("at most {MAX_TEXT} bytes")));
    }
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let end = token.kind == TokenKind::End;
        tokens.push(token);
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The token of the next `len` bytes.
    fn take(&mut self, len: usize, kind: TokenKind<'a>) -> Token<'a> {
        let span = TextSpan::new(self.at, self.at + len);
        self.at += len;
        Token { kind, span }
    }

    /// Blanks, and comments from `#` to the end of the line.
    fn skip(&mut self) {
        loop {
            let rest = self.rest().trim_start();
            let rest = match rest.strip_prefix('#') {
                Some(comment) => &comment[comment.find('\n').unwrap_or(comment.len())..],
                None => rest,
            };
            let at = self.text.len() - rest.len();
            if at == self.at {
                return;
            }
            self.at = at;
        }
    }

    fn next(&mut self) -> Result<Token<'a>, Diagnostic> {
        self.skip();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(self.take(0, TokenKind::End)) };
        match first {
            '"' => self.text(),
            '`' => self.quoted(),
            '0'..='9' => self.number(),
            _ if starts_word(first) => {
                let len = word_len(rest);
                Ok(self.take(len, TokenKind::Word(&rest[..len])))
            }
            _ => self.sign(first),
        }
    }

    fn sign(&mut self, first: char) -> Result<Token<'a>, Diagnostic> {
        let Some(sign) = SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) else {
            let span = TextSpan::new(self.at, self.at + first.len_utf8());
            return Err(Diagnostic::new("E0001", span, "a character that means nothing here"));
        };
        Ok(self.take(sign.len(), TokenKind::Sign(sign)))
    }

    fn number(&mut self) -> Result<Token<'a>, Diagnostic> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
        let mut len = digits(0);
        if len == 4 && is(4, b'-') && digits(5) == 2 && is(7, b'-') && digits(8) == 2 {
            return self.date_or_time();
        }
        if is(len, b'.') && digits(len + 1) > 0 {
            len += 1 + digits(len + 1);
        }
        if is(len, b'e') || is(len, b'E') {
            let sign = usize::from(is(len + 1, b'-') || is(len + 1, b'+'));
            let exponent = digits(len + 1 + sign);
            len += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        Ok(self.take(len, TokenKind::Number(&rest[..len])))
    }

    fn date_or_time(&mut self) -> Result<Token<'a>, Diagnostic> {
        let rest = self.rest();
        let bad = |len: usize, what| Diagnostic::new("E0004", TextSpan::new(self.at, self.at + len), what);
        if !rest[10..].starts_with('T') {
            let date = rest[..10].parse().map_err(|_| bad(10, "no such date").expected("YYYY-MM-DD"))?;
            return Ok(self.take(10, TokenKind::Date(date)));
        }
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '+' | '-');
        let len = rest.find(|c: char| !part(c)).unwrap_or(rest.len());
        let time = rest[..len]
            .parse()
            .map_err(|_| bad(len, "no such instant").expected("RFC 3339 with an offset, as in 2026-03-01T09:00:00Z"))?;
        Ok(self.take(len, TokenKind::Time(time)))
    }

    fn text(&mut self) -> Result<Token<'a>, Diagnostic> {
        let rest = self.rest();
        let mut text = String::new();
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return Ok(self.take(at + 1, TokenKind::Text(text))),
                '\\' => text.push(unescape(&mut chars).ok_or_else(|| {
                    let span = TextSpan::new(self.at + at, self.at + at + 1);
                    Diagnostic::new("E0003", span, "an escape that does not exist")
                        .expected(r#"\" \\ \n \r \t or \u{hexadecimal}"#)
                })?),
                _ => text.push(c),
            }
        }
        Err(Diagnostic::new("E0002", TextSpan::new(self.at, self.text.len()), "the text has no end").expected("\""))
    }

    /// A name in backticks; two of them in it stand for one.
    fn quoted(&mut self) -> Result<Token<'a>, Diagnostic> {
        let rest = self.rest();
        let (mut name, mut at) = (String::new(), 1);
        loop {
            let Some(part) = rest[at..].find('`') else {
                let span = TextSpan::new(self.at, self.text.len());
                return Err(Diagnostic::new("E0002", span, "the name has no end").expected("`"));
            };
            name.push_str(&rest[at..at + part]);
            at += part + 1;
            if !rest[at..].starts_with('`') {
                break;
            }
            name.push('`');
            at += 1;
        }
        let name = Name::new(&name).map_err(|_| {
            Diagnostic::new("E0004", TextSpan::new(self.at, self.at + at), "not a name")
                .expected("1 to 128 bytes without control characters or surrounding blanks")
        })?;
        Ok(self.take(at, TokenKind::Quoted(name)))
    }
}

fn unescape(chars: &mut impl Iterator<Item = (usize, char)>) -> Option<char> {
    match chars.next()?.1 {
        c @ ('"' | '\\') => Some(c),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => {
            chars.next().filter(|(_, c)| *c == '{')?;
            let mut code = 0_u32;
            for digits in 0.. {
                match chars.next()?.1 {
                    '}' if digits > 0 => return char::from_u32(code),
                    c if digits < 6 => code = code * 16 + c.to_digit(16)?,
                    _ => return None,
                }
            }
            None
        }
        _ => None,
    }
}

/// Whether a word looks like the code of a currency.
pub(super) fn is_currency_code(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// The currency that a word names.
pub(super) fn currency(word: &str, span: TextSpan) -> Result<Currency, Diagnostic> {
    Currency::new(word).map_err(|_| {
        Diagnostic::new("E0011", span, "no such currency").expected("the code of an active currency of ISO 4217")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind<'_>> {
        tokens(text).unwrap().into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn reserved_words_are_in_order() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("zone") && is_reserved("after") && !is_reserved("at"));
    }

    #[test]
    fn numbers_dates_and_paths_are_told_apart() {
        use TokenKind::{Date, End, Number, Sign, Time, Word};
        assert_eq!(
            kinds("a.b_1 >= 12.5e-3EUR # note\n2026-03-01 - 1"),
            [
                Word("a.b_1"),
                Sign(">="),
                Number("12.5e-3"),
                Word("EUR"),
                Date("2026-03-01".parse().unwrap()),
                Sign("-"),
                Number("1"),
                End
            ]
        );
        assert_eq!(kinds("2026-03-01T09:00:00+01:00"), [Time("2026-03-01T08:00:00Z".parse().unwrap()), End]);
        assert_eq!(kinds("1e"), [Number("1"), Word("e"), End]);
        assert_eq!(kinds("Ⅷ.Ⅸ"), [Word("Ⅷ.Ⅸ"), End]);
    }

    #[test]
    fn texts_are_unescaped() {
        assert_eq!(kinds(r#""a\"\\\n\u{e9}""#)[0], TokenKind::Text("a\"\\\né".into()));
    }

    #[test]
    fn what_is_malformed_is_named_with_its_place() {
        for (text, code, span) in [
            ("a ; b", "E0001", TextSpan::new(2, 3)),
            ("x. ", "E0001", TextSpan::new(1, 2)),
            ("\"abc", "E0002", TextSpan::new(0, 4)),
            ("`abc", "E0002", TextSpan::new(0, 4)),
            (r#""\x""#, "E0003", TextSpan::new(1, 2)),
            (r#""\u{110000}""#, "E0003", TextSpan::new(1, 2)),
            (r#""\u{}""#, "E0003", TextSpan::new(1, 2)),
            ("2026-02-30", "E0004", TextSpan::new(0, 10)),
            ("2026-02-20T10:00", "E0004", TextSpan::new(0, 16)),
            ("` a`", "E0004", TextSpan::new(0, 4)),
            ("``", "E0004", TextSpan::new(0, 2)),
        ] {
            let error = tokens(text).unwrap_err();
            assert_eq!((error.code.as_str(), error.span), (code, span), "{text}");
        }
    }
}
