//! Digests that let a store notice changed bytes, and two deliveries of one fact be compared.

use twox_hash::XxHash3_64;

use super::{Fields, Money, Value};

/// Collects the canonical bytes of something that is stored.
///
/// Every part is preceded by what it is and, where its size varies, by its length, so that no two contents give the
/// same bytes.
#[derive(Debug, Default)]
pub struct Digest(Vec<u8>);

/// Hashes what `write` puts into a [`Digest`]: XXH3, 64 bits. It detects damage; it is no defence against forgery.
pub fn digest_of(write: impl FnOnce(&mut Digest)) -> u64 {
    let mut digest = Digest(Vec::with_capacity(256));
    write(&mut digest);
    XxHash3_64::oneshot(&digest.0)
}

impl Digest {
    /// Starts a digest in a buffer that is used again and again.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The hash of what was written since the last [`clear`](Self::clear).
    pub fn value(&self) -> u64 {
        XxHash3_64::oneshot(&self.0)
    }

    /// Bytes of a fixed size.
    pub fn fixed(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A whole number.
    pub fn int(&mut self, number: i64) {
        self.fixed(&number.to_le_bytes());
    }

    /// Bytes of any size.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.fixed(&(bytes.len() as u64).to_le_bytes());
        self.fixed(bytes);
    }

    /// A part that may be absent.
    pub fn option<T>(&mut self, part: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.fixed(&[u8::from(part.is_some())]);
        if let Some(part) = part {
            write(self, part);
        }
    }

    /// An amount.
    pub fn money(&mut self, money: Money) {
        self.int(money.minor());
        self.fixed(&money.currency().numeric().to_le_bytes());
    }

    /// A value.
    pub fn value_of(&mut self, value: &Value) {
        match value {
            Value::Bool(truth) => self.fixed(&[0, u8::from(*truth)]),
            Value::Int(number) => self.tagged(1, *number),
            // Negative zero equals zero and is the same content; not every store keeps its sign.
            Value::Float(number) => self.tagged(2, (number + 0.0).to_bits() as i64),
            Value::Text(text) => {
                self.fixed(&[3]);
                self.bytes(text.as_bytes());
            }
            Value::Date(date) => self.tagged(4, i64::from(date.days())),
            Value::Time(at) => self.tagged(5, at.as_micros()),
            Value::Money(money) => {
                self.fixed(&[6]);
                self.money(*money);
            }
            Value::Id(id) => {
                self.fixed(&[7]);
                self.fixed(id.as_bytes());
            }
            Value::Texts(texts) => {
                self.tagged(8, texts.len() as i64);
                for text in texts {
                    self.bytes(text.as_bytes());
                }
            }
            Value::Sealed(sealed) => {
                self.fixed(&[9]);
                self.bytes(sealed.as_bytes());
            }
        }
    }

    /// Named values.
    pub fn fields(&mut self, fields: &Fields) {
        self.int(fields.len() as i64);
        for (name, value) in fields.iter() {
            self.bytes(name.as_str().as_bytes());
            self.value_of(value);
        }
    }

    fn tagged(&mut self, tag: u8, number: i64) {
        self.fixed(&[tag]);
        self.int(number);
    }
}
