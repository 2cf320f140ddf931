//! The command line.

use std::path::PathBuf;

use crm_core::base::{Date, Zone};
use crm_core::intake::Mode;

pub const USAGE: &str = "\
shop: a real purchase log in, a CRM out

    cargo run --release --example shop -- [STORE.db] [options]

Without options: imports the CDNOW log (69,659 purchases of 23,570 customers, 1997 and 1998), with made-up contacts, into
shop.db; assesses, segments, runs a loyalty programme, plans a campaign; writes report.html.

    --purchases FILE          a purchase log of your own (delimited text, UTF-8)
    --mapping MAPPING         its columns, as in customer=CustomerID,date=InvoiceDate,amount=Total,currency=EUR
    --contacts FILE           a contact list of your own
    --contacts-mapping MAPPING
    --zone ZONE               the zone of your days (UTC)
    --as-of DATE              the day of the assessment (the day of the last purchase)
    --lenient                 import the good rows, and write the others to FILE.rejected.csv
    --report FILE             where the report goes (report.html)
    --statement CUSTOMER      whose statement to show (that of somebody with many points)
    --explain CUSTOMER        why this customer is in or out of each segment
    --help
";

/// What was asked for.
#[derive(Debug)]
pub struct Args {
    pub store: PathBuf,
    pub purchases: Option<PathBuf>,
    pub mapping: Option<String>,
    pub contacts: Option<PathBuf>,
    pub contacts_mapping: String,
    pub zone: Zone,
    pub as_of: Option<Date>,
    pub mode: Mode,
    pub report: PathBuf,
    pub statement: Option<String>,
    pub explain: Option<String>,
}

/// Reads the command line; nothing when only the usage was asked for.
pub fn read(mut words: impl Iterator<Item = String>) -> Result<Option<Args>, String> {
    let mut args = Args {
        store: "shop.db".into(),
        purchases: None,
        mapping: None,
        contacts: None,
        contacts_mapping: String::new(),
        zone: Zone::UTC,
        as_of: None,
        mode: Mode::Strict,
        report: "report.html".into(),
        statement: None,
        explain: None,
    };
    let mut stores = 0;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--lenient" => args.mode = Mode::Lenient,
            "--purchases" => args.purchases = Some(value()?.into()),
            "--mapping" => args.mapping = Some(value()?),
            "--contacts" => args.contacts = Some(value()?.into()),
            "--contacts-mapping" => args.contacts_mapping = value()?,
            "--zone" => args.zone = Zone::new(&value()?).map_err(|error| error.to_string())?,
            "--as-of" => args.as_of = Some(value()?.parse().map_err(|error: crm_core::Error| error.to_string())?),
            "--report" => args.report = value()?.into(),
            "--statement" => args.statement = Some(value()?),
            "--explain" => args.explain = Some(value()?),
            option if option.starts_with('-') => return Err(format!("there is no option {option}")),
            path if stores == 0 => {
                args.store = path.into();
                stores = 1;
            }
            _ => return Err("more than one store was named".to_owned()),
        }
    }
    if args.contacts.is_some() && args.purchases.is_none() {
        return Err("--contacts belongs to --purchases: the built-in log has contacts of its own".to_owned());
    }
    Ok(Some(args))
}
