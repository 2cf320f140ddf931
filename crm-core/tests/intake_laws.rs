//! What the docs of the intake promise for every file.
#![allow(clippy::unwrap_used, clippy::panic, clippy::format_push_string, clippy::format_collect)]

use std::collections::BTreeSet;

use crm_core::base::Timestamp;
use crm_core::intake::{
    ContactMapping, Mode, PurchaseMapping, Purchases, decode_contacts, decode_purchases, write_rejects,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Customer, day of March 2026, cents, things bought.
type Bought = (u8, u8, i64, u8);

/// Few customers, days and amounts, so that rows often say the same.
fn any_log() -> impl Strategy<Value = Vec<Bought>> {
    vec((0..3_u8, 1..4_u8, (0..3_i64).prop_map(|tens| tens * 10), 0..3_u8), 0..20)
}

fn decode(file: &str, mapping: &str) -> Purchases {
    let now = Timestamp::MAX;
    decode_purchases(file.as_bytes(), &mapping.parse().unwrap(), now, Mode::Strict).unwrap()
}

fn write(log: &[Bought]) -> String {
    let mut file = String::from("customer,date,amount,quantity\n");
    for (customer, day, cents, quantity) in log {
        file += &format!("c{customer},2026-03-{day:02},{}.{:02},{quantity}\n", cents / 100, cents % 100);
    }
    file
}

/// The same log as another program would write it.
fn write_otherwise(log: &[Bought]) -> String {
    let mut file = String::from("\u{FEFF}Menge;Datum;Betrag;Kunde\r\n");
    for (customer, day, cents, quantity) in log {
        file += &format!("{quantity};{day}.3.2026 0:00;\"{},{:02}0\";c{customer}\r\n", cents / 100, cents % 100);
    }
    file
}

fn ids(file: &str, mapping: &str) -> Vec<String> {
    decode(file, mapping).rows.iter().map(|row| row.source.id.to_string()).collect()
}

fn plain_ids(log: &[Bought]) -> Vec<String> {
    ids(&write(log), "currency=EUR")
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

proptest! {
    #[test]
    fn no_two_rows_share_an_id(log in any_log()) {
        let decoded = decode(&write(&log), "currency=EUR");
        let ids: BTreeSet<&str> = decoded.rows.iter().map(|row| row.source.id.as_str()).collect();
        prop_assert_eq!(ids.len(), log.len());
        let said: BTreeSet<_> = log.iter().map(|(customer, day, cents, _)| (customer, day, cents)).collect();
        prop_assert_eq!(decoded.report.repeated, (log.len() - said.len()) as u64);
    }

    #[test]
    fn a_file_that_grows_keeps_its_ids(log in any_log(), more in any_log()) {
        let both = [log.clone(), more].concat();
        let ids = plain_ids(&both);
        prop_assert_eq!(&ids[..log.len()], plain_ids(&log));
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(log in any_log(), seed in any::<u64>()) {
        let mut shuffled = log.clone();
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, (seed.rotate_left(at as u32) % (at as u64 + 1)) as usize);
        }
        prop_assert_eq!(sorted(plain_ids(&shuffled)), sorted(plain_ids(&log)));
    }

    #[test]
    fn a_row_that_is_taken_out_leaves_the_others_alone(log in any_log(), at in any::<prop::sample::Index>()) {
        prop_assume!(!log.is_empty());
        let mut rest = log.clone();
        let (customer, day, cents, _) = rest.remove(at.index(log.len()));
        let others = |log: &[Bought]| {
            let ids = plain_ids(log).into_iter().zip(log);
            let other = ids.filter(|(_, row)| (row.0, row.1, row.2) != (customer, day, cents));
            other.map(|(id, _)| id).collect::<Vec<_>>()
        };
        prop_assert_eq!(others(&rest), others(&log));
        let all = plain_ids(&log);
        prop_assert!(plain_ids(&rest).iter().all(|id| all.contains(id)));
    }

    #[test]
    fn how_it_is_written_and_mapped_does_not_matter(log in any_log()) {
        let mapping = "customer=Kunde,date=Datum,amount=Betrag,quantity=Menge,currency=KWD,decimal=comma,\
                       dates=dd.mm.yyyy,zone=Asia/Tokyo,source=other";
        prop_assert_eq!(ids(&write_otherwise(&log), mapping), plain_ids(&log));
        prop_assert_eq!(ids(&write(&log), "currency=EUR,quantity="), plain_ids(&log));
    }

    #[test]
    fn order_numbers_are_the_ids(count in 0..20_usize) {
        let rows: String = (0..count).map(|at| format!("1,2026-03-01,1,order {at}\n")).collect();
        let ids = ids(&format!("customer,date,amount,order\n{rows}"), "currency=EUR");
        prop_assert_eq!(ids, (0..count).map(|at| format!("order {at}")).collect::<Vec<_>>());
    }
}

/// Never seen in a message, whatever goes wrong.
const CANARY: &str = "qzxjv";

/// Everything that may be printed or logged about a file.
fn printed(bytes: &[u8], mapping: &PurchaseMapping, now: Timestamp) -> String {
    let mut all = String::new();
    for mode in [Mode::Strict, Mode::Lenient] {
        match decode_purchases(bytes, mapping, now, mode) {
            Ok(log) => {
                all += &format!("{log:?}{}", serde_json::to_string(&log.report).unwrap());
                for rejected in &log.rejected {
                    all += &format!("{rejected:?} {} {}", rejected.fault, rejected.to_error());
                }
                assert_eq!(log.report.rows, log.report.accepted + log.report.rejected.values().sum::<u64>());
                write_rejects(bytes, mapping.form.delimiter, &log.rejected).unwrap();
            }
            Err(error) => all += &format!("{error} {error:?}"),
        }
    }
    all
}

/// The same for a list of contacts.
fn printed_contacts(bytes: &[u8], mapping: &str, now: Timestamp) -> String {
    let mapping: ContactMapping = mapping.parse().unwrap();
    let mut all = String::new();
    for mode in [Mode::Strict, Mode::Lenient] {
        match decode_contacts(bytes, &mapping, now, mode) {
            Ok(list) => {
                all += &format!("{list:?}{}", serde_json::to_string(&list.report).unwrap());
                for rejected in &list.rejected {
                    all += &format!("{} {}", rejected.fault, rejected.to_error());
                }
                assert_eq!(list.report.rows, list.report.accepted + list.report.rejected.values().sum::<u64>());
            }
            Err(error) => all += &format!("{error} {error:?}"),
        }
    }
    all
}

const CONTACTS: &str = "id,name,given,family,email,email_verified,phone,country,locale,birth_date,tags,\
                        granted.marketing.email,confirmed.marketing.email,withdrawn.marketing.email";
const CONTACT_MAPPINGS: [&str; 3] =
    ["", "as_of=1970-01-01,home=DE,zone=Asia/Tokyo,delimiter=comma", "dates=dd.mm.yyyy"];

fn any_mapping() -> impl Strategy<Value = PurchaseMapping> {
    let texts = [
        "",
        "currency=EUR",
        "currency=EUR,decimal=comma,refunds=allow,dates=dd.mm.yyyy|yyyymmdd,zone=Europe/Berlin",
        "customer=a,date=b,amount=c,currency=JPY,delimiter=blanks",
        "customer=a,date=b,amount=c,time=d,order=e,channel=f,quantity=g,currency_column=h",
    ];
    prop::sample::select(texts.to_vec()).prop_map(|text| text.parse().unwrap())
}

fn any_now() -> impl Strategy<Value = Timestamp> {
    prop::sample::select(vec![Timestamp::MIN, "2026-03-02T12:00:00Z".parse().unwrap(), Timestamp::MAX])
}

proptest! {
    #[test]
    fn any_bytes_give_rows_or_an_error(bytes in vec(any::<u8>(), 0..300), mapping in any_mapping(), now in any_now()) {
        printed(&bytes, &mapping, now);
    }

    #[test]
    fn any_text_gives_rows_or_an_error(
        text in "[abcdefgh,;\t |\"\r\n0-9.:+\\-ZäEURJPY]{0,200}",
        mapping in any_mapping(),
        now in any_now(),
    ) {
        printed(text.as_bytes(), &mapping, now);
        printed(format!("a,b,c,d,e,f,g,h\n{text}").as_bytes(), &mapping, now);
        printed(format!("customer,date,amount\n{text}").as_bytes(), &mapping, now);
    }

    #[test]
    fn damaged_files_give_rows_or_an_error(
        log in any_log(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        mapping in any_mapping(),
        now in any_now(),
    ) {
        let mut bytes = write(&log).into_bytes();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        printed(&bytes, &mapping, now);
    }

    #[test]
    fn nothing_that_a_cell_holds_is_printed(
        cells in vec(("[a-z0-9 ,;\"\n.-]{0,3}", "[a-z0-9 ,;\"\n.-]{0,3}", 0..7_usize), 1..10),
        mapping in any_mapping(),
        now in any_now(),
    ) {
        for header in ["customer,date,amount,quantity,order,channel,currency", "a,b,c,d,e,f,g,h"] {
            let mut file = String::from(header);
            for (before, after, at) in &cells {
                let mut row = ["7", "2026-03-01", "1", "1", "A", "web", "EUR"].map(str::to_owned);
                row[*at] = format!("{before}{CANARY}{after}");
                file += &format!("\n{}", row.join(","));
            }
            let printed = printed(file.as_bytes(), &mapping, now);
            prop_assert!(!printed.contains(CANARY), "{}", printed);
        }
    }

    #[test]
    fn any_contacts_give_rows_or_an_error(
        text in "[a-f@.,;\t \"\r\n0-9+:\\-]{0,200}",
        bytes in vec(any::<u8>(), 0..300),
        now in any_now(),
    ) {
        for mapping in CONTACT_MAPPINGS {
            printed_contacts(&bytes, mapping, now);
            printed_contacts(format!("{CONTACTS}\n{text}").as_bytes(), mapping, now);
        }
    }

    #[test]
    fn nothing_that_a_contact_says_is_printed(
        cells in vec(("[a-z0-9 @,;\"\n.-]{0,3}", "[a-z0-9 @,;\"\n.-]{0,3}", 0..14_usize), 1..10),
        now in any_now(),
    ) {
        let mut file = String::from(CONTACTS);
        for (line, (before, after, at)) in cells.iter().enumerate() {
            let mut row = [
                "7", "A B", "A", "B", "a@example.org", "no", "+49 30 23125 000", "DE", "de-AT", "1980-02-29", "x|y",
                "2026-01-01", "2026-01-02", "yes",
            ].map(str::to_owned);
            row[0] = line.to_string();
            row[*at] = format!("{before}{CANARY}{after}");
            row[4] = row[4].replace('@', &format!("{CANARY}@{CANARY}"));
            file += &format!("\n{}", row.join(","));
        }
        for mapping in CONTACT_MAPPINGS {
            let printed = printed_contacts(file.as_bytes(), mapping, now);
            prop_assert!(!printed.contains(CANARY), "{}", printed);
        }
    }

    #[test]
    fn mappings_survive_printing(text in "[a-h=,\" ]{0,30}") {
        for text in [text.clone(), format!("customer={text}"), format!("customer=\"{text}\",currency=EUR")] {
            if let Ok(mapping) = text.parse::<PurchaseMapping>() {
                prop_assert_eq!(mapping.to_string().parse::<PurchaseMapping>().unwrap(), mapping);
            }
            if let Ok(mapping) = format!("granted.news.email={text}").parse::<ContactMapping>() {
                prop_assert_eq!(mapping.to_string().parse::<ContactMapping>().unwrap(), mapping);
            }
        }
    }
}
