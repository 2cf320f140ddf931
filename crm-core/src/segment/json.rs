//! The JSON form: one object per node, whose single key is the operator.

mod read;
mod write;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::ast::Expr;
use super::diagnostic::Diagnostic;

/// The version of the JSON form.
const VERSION: i64 = 1;

impl Expr {
    /// The JSON form: an object with the version of the form (`"v": 1`) and the one key of the outermost node.
    ///
    /// ```
    /// use crm_core::segment::{Expr, parse};
    ///
    /// let expr = parse(r#"customer.country = "DE" and purchases.count >= 3"#)?;
    /// let json = expr.to_json();
    /// assert_eq!(
    ///     json.to_string(),
    ///     r#"{"and":[{"eq":[{"field":"customer.country"},"DE"]},{"ge":[{"field":"purchases.count"},3]}],"v":1}"#
    /// );
    /// assert_eq!(Expr::from_json(&json)?, expr);
    /// # Ok::<(), crm_core::segment::Diagnostic>(())
    /// ```
    pub fn to_json(&self) -> Json {
        let mut json = write::expr(self);
        if let Json::Object(object) = &mut json {
            object.insert("v".into(), VERSION.into());
        }
        json
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// `E0012` with the path of the first part that is malformed; `E0006` or `E0007` when there is too much of it.
    pub fn from_json(json: &Json) -> Result<Self, Diagnostic> {
        read::top(json)
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
