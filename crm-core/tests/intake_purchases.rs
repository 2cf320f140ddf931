//! Logs of purchases: good files, and every way in which one can be bad.
#![allow(clippy::unwrap_used, clippy::panic, clippy::format_push_string, clippy::format_collect)]

use crm_core::base::{Channel, Timestamp};
use crm_core::intake::{Column, Mode, PurchaseMapping, Purchases, decode_purchases, write_rejects};
use crm_core::{Error, Result};

fn now() -> Timestamp {
    "2026-07-01T00:00:00Z".parse().unwrap()
}

fn decode(file: &str, mapping: &str, mode: Mode) -> Result<Purchases> {
    decode_purchases(file.as_bytes(), &mapping.parse()?, now(), mode)
}

fn strict(file: &str, mapping: &str) -> Result<Purchases> {
    decode(file, mapping, Mode::Strict)
}

/// The message with which a file is refused.
fn refused(file: &str, mapping: &str) -> String {
    let error = strict(file, mapping).unwrap_err();
    assert!(matches!(error, Error::Import { .. }), "{error:?}");
    error.to_string()
}

/// The message for one row of `customer,date,amount,quantity,currency,order,channel`, with `EUR` declared.
fn refused_row(row: &str, more: &str) -> String {
    let file = format!("customer,date,amount,quantity,currency,order,channel\n{row}\n");
    refused(&file, &format!("currency=EUR,{more}"))
}

#[test]
fn every_column_is_read() {
    let file = "Customer ID,Order date,Time,Order total,Qty,Invoice No,Channel,Currency\n\
                7,2026-03-31,17:05,12.5,2,A-1,Web,EUR\n\
                8,2026-03-31,17:06,9,,A-2,,JPY\n";
    let log = strict(file, "zone=Europe/Berlin,source=shop").unwrap();
    let [first, second] = &log.rows[..] else { panic!("{} rows", log.rows.len()) };
    assert_eq!((first.row, first.customer.as_str(), first.quantity), (2, "7", Some(2)));
    assert_eq!((first.at.to_string().as_str(), first.channel), ("2026-03-31T15:05:00Z", Some(Channel::Web)));
    assert_eq!(first.amount.to_string(), "12.50 EUR");
    assert_eq!((first.source.source.as_str(), first.source.id.as_str()), ("shop", "A-1"));
    assert_eq!(first.order.as_deref(), Some("A-1"));
    assert_eq!((second.amount.to_string().as_str(), second.quantity, second.channel), ("9 JPY", None, None));
    assert_eq!((log.report.rows, log.report.accepted, log.report.repeated), (2, 2, 0));
}

/// The ids were calculated with the reference implementation of XXH3. Files imported by any version keep theirs.
#[test]
fn derived_ids_are_the_same_for_ever() {
    let file = "customer,date,amount\n00001,1997-01-01,11.77\n00002,1997-01-12,77.00\n00002,1997-01-12,77\n\
                \u{e9},2026-03-31 17:05,-0.5\n";
    let log = strict(file, "currency=USD,refunds=allow,zone=Europe/Berlin").unwrap();
    let ids: Vec<&str> = log.rows.iter().map(|row| row.source.id.as_str()).collect();
    let expected =
        ["19970101-62gxj9mwja27", "19970112-7f8x2ndcb5rf", "19970112-7f8x2ndcb5rf-2", "20260331-gfj43d2vx1ze"];
    assert_eq!(ids, expected);
}

#[test]
fn what_was_guessed_is_said_and_can_be_repeated() {
    let file = "\u{FEFF}cust_id;Purchase Date;Amount;Channel\n7;31.12.2025;1,50;letter\n";
    let log = strict(file, "currency=EUR,decimal=comma,channel=").unwrap();
    assert!(log.report.bom);
    let mapping = "customer=cust_id,date=Purchase Date,time=,amount=Amount,quantity=,order=,channel=,\
                   currency_column=,currency=EUR,decimal=comma,delimiter=semicolon,dates=dd.mm.yyyy,zone=UTC,\
                   source=import";
    assert_eq!(log.report.mapping, mapping);
    let guesses: Vec<&str> = log.report.guesses.iter().map(|guess| guess.what.as_str()).collect();
    assert_eq!(guesses, ["customer", "date", "amount", "dates", "delimiter", "zone", "source"]);
    let again = strict(file, mapping).unwrap();
    assert_eq!((again.rows, again.report.guesses.len()), (log.rows, 0));
}

#[test]
fn mappings_cross_as_json() {
    let mapping: PurchaseMapping =
        "customer=\"a, b\",quantity=,dates=dd.mm.yyyy|yyyymmdd,zone=Asia/Tokyo".parse().unwrap();
    assert_eq!(mapping.customer, Column::Named("a, b".parse().unwrap()));
    let json = serde_json::to_string(&mapping).unwrap();
    assert_eq!(serde_json::from_str::<PurchaseMapping>(&json).unwrap(), mapping);
    assert_eq!(serde_json::from_str::<PurchaseMapping>("{}").unwrap(), PurchaseMapping::default());
    assert!(serde_json::from_str::<PurchaseMapping>("{\"custmer\": \"absent\"}").is_err());
}

#[test]
fn bad_mappings_are_explained() {
    for (mapping, message) in [
        ("amont=Total", "mapping: unknown setting (did you mean amount?); expected customer, date, time, amount,"),
        ("customer", "mapping: expected settings as in customer=COLUMN"),
        ("customer=\"a", "mapping: a quote is never closed"),
        ("customer=\"a\"b", "mapping: expected a comma behind a quoted value"),
        (
            "currency=Currency",
            "currency: not an active ISO 4217 code; a column of currencies is named by currency_column",
        ),
        ("zone=Berlin", "zone: not a time zone"),
        ("dates=dd.mm.yy", "dates: expected yyyy, mm and dd"),
        ("delimiter=;", "delimiter: expected one of: comma semicolon tab pipe blanks"),
    ] {
        let error = mapping.parse::<PurchaseMapping>().unwrap_err().to_string();
        assert!(error.starts_with(message), "{mapping}: {error}");
    }
}

#[test]
fn a_missing_column_is_named_with_those_there_are() {
    let file = "kunde,date,amount\n7,2026-03-01,1\n";
    assert_eq!(
        refused(file, "currency=EUR"),
        "import, row 1: no column looks like the customer; the file has kunde, date, amount; name it, as in \
         customer=COLUMN"
    );
    assert_eq!(
        refused(file, "currency=EUR,customer=kunden"),
        "import, row 1, column kunden: no such column (did you mean kunde?); the file has kunde, date, amount"
    );
    assert!(refused("id,id,date,amount\n", "currency=EUR,customer=id").contains("columns 1 and 2 both have this name"));
    let error = refused("customer,date,amount\n7,2026-03-01,1\n", "");
    assert!(error.starts_with("import: nothing says the currency; say it, as in currency=EUR"), "{error}");
}

#[test]
fn files_that_are_no_tables_are_refused() {
    let message = |bytes: &[u8]| {
        let mapping = "currency=EUR".parse().unwrap();
        decode_purchases(bytes, &mapping, now(), Mode::Lenient).unwrap_err().to_string()
    };
    assert!(message(b"").starts_with("import: the file is empty"));
    assert!(message(b"c\0u\0s\0t\0").starts_with("import, row 1: the file is UTF-16"));
    assert!(message(b"customer,date\n7,2026\xFC").starts_with("import, row 2: the file is not UTF-8"));
    assert!(message(b"7,2026-03-01,12.50\n8,2026-03-01,1\n").starts_with("import, row 1: the first row holds data"));
    assert!(message(b"customer,date,amount\n\"7,2026-03-01,1\n").starts_with("import, row 2: a quote opens"));
}

#[test]
fn a_file_without_rows_is_an_empty_log() {
    let log = strict("customer,date,amount\n", "currency=EUR").unwrap();
    assert_eq!((log.rows.len(), log.report.rows), (0, 0));
}

#[test]
fn row_4711_is_found() {
    let mut file = String::from("customer,date,amount\n");
    for row in 2..=5_000 {
        let day = if row == 4_711 { "2026-02-30" } else { "2026-02-28" };
        file += &format!("{row},{day},1\n");
    }
    assert_eq!(
        refused(&file, "currency=EUR"),
        "import, row 4711, column date: no date written as yyyy-mm-dd; correct it, or name its form, as in \
         dates=dd.mm.yyyy"
    );
}

#[test]
fn wrong_cells_are_explained() {
    for (row, more, message) in [
        (",2026-03-01,1,1,,A,", "", "column customer: empty"),
        ("7,,1,1,,A,", "", "column date: empty"),
        ("7,soon,1,1,,A,", "", "column date: no date written as yyyy-mm-dd"),
        ("7,2026-07-02,1,1,,A,", "", "column date: lies in the future"),
        ("7,2026-07-01,1,1,,A,", "zone=America/New_York", "column date: lies in the future"),
        ("7,2026-03-01,,1,,A,", "", "column amount: empty"),
        ("7,2026-03-01,EUR 1,1,,A,", "", "column amount: no amount; expected 1234.50"),
        ("7,2026-03-01,\"1,50\",1,,A,", "", "column amount: no amount; expected 1234.50"),
        ("7,2026-03-01,1.000,1,,A,", "decimal=comma", "column amount: no amount; expected 1234,50"),
        ("7,2026-03-01,1.005,1,,A,", "", "column amount: more digits after the point than EUR has (2)"),
        ("7,2026-03-01,99999999999999999999,1,,A,", "", "column amount: too large an amount"),
        ("7,2026-03-01,-1,1,,A,", "", "column amount: negative; correct it, or say refunds=allow"),
        ("7,2026-03-01,1,-1,,A,", "", "column quantity: negative in a row that is no refund"),
        ("7,2026-03-01,1,-1,,A,", "refunds=allow", "column quantity: negative in a row that is no refund"),
        ("7,2026-03-01,1,1.5,,A,", "", "column quantity: no whole number"),
        ("7,2026-03-01,1,1,USD,A,", "", "column currency: not EUR, the currency of the file"),
        ("7,2026-03-01,1,1,euro,A,", "", "column currency: no active ISO 4217 code"),
        ("7,2026-03-01,1,1,,,", "", "column order: empty"),
        ("7,2026-03-01,1,1,,A,fax", "", "column channel: no channel"),
        ("7,2026-03-01,1,1,,A", "", "6 cells, but the header has 7"),
        ("7,2026-03-01,1,1,,A,\"web\"x", "", "text follows a closing quote"),
    ] {
        let error = refused_row(row, more);
        let place = if message.starts_with("column") { "import, row 2, " } else { "import, row 2: " };
        assert!(error.starts_with(&format!("{place}{message}")), "{row}: {error}");
    }
    let long = format!("{},2026-03-01,1,1,,A,", "7".repeat(257));
    assert!(refused_row(&long, "").starts_with("import, row 2, column customer: longer than 256 bytes"));
}

#[test]
fn the_time_may_stand_in_a_column_of_its_own() {
    let message = |time: &str| refused(&format!("customer,date,time,amount\n7,2026-03-01,{time},1\n"), "currency=EUR");
    assert!(message("").starts_with("import, row 2, column time: empty"));
    assert!(message("25:00").starts_with("import, row 2, column time: no time of the day"));
    let twice = refused("customer,date,time,amount\n7,2026-03-01 09:00,09:00,1\n", "currency=EUR");
    assert!(twice.starts_with("import, row 2, column time: no time of the day"), "{twice}");
}

#[test]
fn an_order_may_come_once() {
    let file = "customer,date,amount,order\n7,2026-03-01,1,A\n8,2026-03-01,1,B\n\n7,2026-03-01,1,A\n";
    assert_eq!(
        refused(file, "currency=EUR"),
        "import, row 5, column order: the order of row 2 again; keep one row for each order, with its total"
    );
}

#[test]
fn refunds_are_read_when_they_are_allowed() {
    let log = strict("customer,date,amount,qty\n7,2026-03-01,-1.50,-1\n", "currency=EUR,refunds=allow").unwrap();
    assert_eq!((log.rows[0].amount.minor(), log.rows[0].quantity), (-150, Some(-1)));
}

#[test]
fn ambiguous_dates_are_asked_for() {
    let file = "customer,date,amount\n7,03/04/2026,1\n";
    assert_eq!(
        refused(file, "currency=EUR"),
        "import, column date: the dates may be written mm/dd/yyyy or dd/mm/yyyy; say which, as in dates=mm/dd/yyyy"
    );
    let log = strict(file, "currency=EUR,dates=dd/mm/yyyy").unwrap();
    assert_eq!(log.rows[0].at.to_string(), "2026-04-03T00:00:00Z");
}

#[test]
fn lenient_gives_the_good_rows_and_the_bad_ones_to_correct() {
    let file = "customer,date,amount\n\
                7,2026-03-01,1\n8,2026-03-32,2\n=9,2026-03-01,\"1\"\"0\"\n9,2026-03-01\n7,2026-03-01,1\n";
    let log = decode(file, "currency=EUR", Mode::Lenient).unwrap();
    let report = &log.report;
    assert_eq!((report.rows, report.accepted, report.repeated), (5, 2, 1));
    assert_eq!(log.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 6]);
    let counts: Vec<_> = report.rejected.iter().map(|(code, count)| (*code, *count)).collect();
    assert_eq!(counts, [("field-count", 1), ("not-a-date", 1), ("not-an-amount", 1)]);
    assert_eq!(
        write_rejects(file.as_bytes(), None, &log.rejected).unwrap(),
        "row,column,reason,customer,date,amount\n\
         3,date,\"no date written as yyyy-mm-dd; correct it, or name its form, as in dates=dd.mm.yyyy\",8,2026-03-32,2\n\
         4,amount,\"no amount; expected 1234.50, without separators of thousands and signs of currencies\",\
         '=9,2026-03-01,\"1\"\"0\"\n\
         5,,\"2 cells, but the header has 3; check the delimiter and the quotes\",9,2026-03-01\n"
    );
    assert!(strict(file, "currency=EUR").unwrap_err().to_string().starts_with("import, row 3, column date"));
}

#[test]
fn rejected_rows_can_be_corrected_and_imported() {
    let file = "Kunde;Datum;Betrag\n7;1.3.2026;1,50\n\"8;\"\"x\"\"\";1.3.2026;zwei\n";
    let mapping = "customer=Kunde,date=Datum,amount=Betrag,currency=EUR,decimal=comma";
    let log = decode(file, mapping, Mode::Lenient).unwrap();
    let corrected = write_rejects(file.as_bytes(), None, &log.rejected).unwrap().replace("zwei", "\"2,00\"");
    let again = strict(&corrected, mapping).unwrap();
    assert_eq!((again.rows.len(), again.rows[0].customer.as_str()), (1, "8;\"x\""));
    assert_eq!(again.rows[0].amount.minor(), 200);
}

#[test]
fn formulas_are_disarmed() {
    let file = "customer;date;amount;note\n7;x;1;=1+1\n7;x;1;+1\n7;x;1;-1\n7;x;1;@x\n7;x;1;\"\tx\"\n7;x;1;\"\rx\"\n";
    let log = decode(file, "currency=EUR", Mode::Lenient).unwrap();
    let text = write_rejects(file.as_bytes(), None, &log.rejected).unwrap();
    for cell in ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "\"'\rx\""] {
        assert!(text.contains(&format!(",7,x,1,{cell}\n")), "{cell:?}");
    }
}
