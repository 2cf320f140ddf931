//! What the columns of a log of purchases mean.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::FileForm;
use super::text::{Pairs, read_pairs, set_column};
use crate::base::{Currency, Error, Result, worded};
use crate::intake::column::{Column, Role};

worded! {
    /// What separates the minor units of an amount.
    #[derive(Default)]
    pub enum DecimalMark: "decimal" {
        /// `1234.50`
        #[default]
        Point = "point",
        /// `1234,50`
        Comma = "comma",
    }
}

worded! {
    /// Whether a log of purchases may hold refunds: rows with a negative amount.
    #[derive(Default)]
    pub enum Refunds: "refunds" {
        /// A negative amount is an error.
        #[default]
        Refuse = "refuse",
        /// A negative amount is a refund.
        Allow = "allow",
    }
}

/// What the columns of a log of purchases mean.
///
/// Columns that are not named are guessed from common names. As text, for a command line, it is a list of settings:
///
/// ```
/// use crm_core::intake::{Column, PurchaseMapping};
///
/// let mapping: PurchaseMapping =
///     "customer=CustomerID, date=InvoiceDate, amount=Total, currency=EUR, zone=Europe/Berlin".parse()?;
/// assert_eq!(mapping.amount, Column::Named("Total".parse()?));
/// assert_eq!(mapping.quantity, Column::Guess);
/// assert_eq!(mapping.to_string().parse::<PurchaseMapping>()?, mapping);
///
/// let error = "custmer=CustomerID".parse::<PurchaseMapping>().unwrap_err();
/// assert!(error.to_string().contains("did you mean customer?"));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// A value may be quoted, as in `date="Order date, local"`; an empty one, as in `quantity=`, says that there is no such
/// column. Several forms of dates are written `dates=dd.mm.yyyy|yyyy-mm-dd`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PurchaseMapping {
    /// The customer's id in the source. Every file has this column.
    pub customer: Column,
    /// When it was bought. Every file has this column.
    pub date: Column,
    /// The time of the day, if the date does not say it.
    pub time: Column,
    /// What was paid, without the currency. Every file has this column.
    pub amount: Column,
    /// How many things were bought.
    pub quantity: Column,
    /// The number of the order, unique in the source.
    pub order: Column,
    /// On which way it was bought: the word of a [`Channel`](crate::base::Channel).
    pub channel: Column,
    /// The ISO 4217 code of the row's currency.
    pub currency_column: Column,
    /// The currency of the file. With a column of currencies, too, a row in another one is an error.
    pub currency: Option<Currency>,
    /// How amounts are written.
    pub decimal: DecimalMark,
    /// Whether amounts may be negative.
    pub refunds: Refunds,
    /// How the file is written.
    pub form: FileForm,
}

impl PurchaseMapping {
    pub(in crate::intake) const ROLES: [Role; 8] = [
        Role {
            word: "customer",
            required: true,
            names: &[
                "customerid",
                "customer",
                "customerno",
                "customernumber",
                "custid",
                "clientid",
                "client",
                "userid",
            ],
        },
        Role {
            word: "date",
            required: true,
            names: &[
                "date",
                "orderdate",
                "purchasedate",
                "invoicedate",
                "transactiondate",
                "datetime",
                "timestamp",
                "orderedat",
                "purchasedat",
                "createdat",
            ],
        },
        Role { word: "time", required: false, names: &["time", "ordertime", "timeofday"] },
        Role {
            word: "amount",
            required: true,
            names: &[
                "amount",
                "total",
                "ordertotal",
                "totalamount",
                "totalprice",
                "grandtotal",
                "revenue",
                "sales",
                "spend",
                "value",
                "ordervalue",
                "dollarvalue",
            ],
        },
        Role {
            word: "quantity",
            required: false,
            names: &["quantity", "qty", "units", "items", "numberofitems", "numberofcds"],
        },
        Role {
            word: "order",
            required: false,
            names: &[
                "orderid",
                "order",
                "orderno",
                "ordernumber",
                "invoiceno",
                "invoiceid",
                "invoice",
                "transactionid",
                "receiptid",
                "receiptno",
            ],
        },
        Role { word: "channel", required: false, names: &["channel", "saleschannel"] },
        Role { word: "currency_column", required: false, names: &["currency", "currencycode"] },
    ];
    const SETTINGS: [&'static str; 3] = ["currency", "decimal", "refunds"];

    const fn columns(&self) -> [&Column; 8] {
        let Self { customer, date, time, amount, quantity, order, channel, currency_column, .. } = self;
        [customer, date, time, amount, quantity, order, channel, currency_column]
    }

    pub(in crate::intake) const fn columns_mut(&mut self) -> [&mut Column; 8] {
        let Self { customer, date, time, amount, quantity, order, channel, currency_column, .. } = self;
        [customer, date, time, amount, quantity, order, channel, currency_column]
    }

    fn set(&mut self, word: &str, value: &str) -> Result<()> {
        if let Some(done) = self.form.set(word, value) {
            return done;
        }
        match word {
            "currency" => self.currency = Some(fixed_currency(value)?),
            "decimal" => self.decimal = value.parse()?,
            "refunds" => self.refunds = value.parse()?,
            _ => return set_column(word, value, &Self::ROLES, self.columns_mut(), &Self::SETTINGS),
        }
        Ok(())
    }
}

impl FromStr for PurchaseMapping {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut mapping = Self::default();
        read_pairs(text, |word, value| mapping.set(word, value))?;
        Ok(mapping)
    }
}

impl fmt::Display for PurchaseMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = Pairs::default();
        pairs.columns(&Self::ROLES, self.columns());
        pairs.add("currency", self.currency.map(Currency::code));
        pairs.add("decimal", Some(self.decimal).filter(|mark| *mark != DecimalMark::default()));
        pairs.add("refunds", Some(self.refunds).filter(|refunds| *refunds != Refunds::default()));
        self.form.write(&mut pairs);
        f.write_str(&pairs.0)
    }
}

fn fixed_currency(code: &str) -> Result<Currency> {
    Currency::new(code).map_err(|_| {
        Error::invalid("currency", "not an active ISO 4217 code; a column of currencies is named by currency_column")
    })
}
