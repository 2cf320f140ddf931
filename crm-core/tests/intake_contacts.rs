//! Lists of contacts: good files, and every way in which one can be bad.
#![allow(clippy::unwrap_used, clippy::panic)]

use crm_core::base::{Channel, Timestamp};
use crm_core::intake::{ConsentEntry, ContactMapping, Contacts, Mode, Statement, decode_contacts, write_rejects};
use crm_core::{Error, Result};

fn now() -> Timestamp {
    "2026-07-01T00:00:00Z".parse().unwrap()
}

fn decode(file: &str, mapping: &str, mode: Mode) -> Result<Contacts> {
    decode_contacts(file.as_bytes(), &mapping.parse()?, now(), mode)
}

fn strict(file: &str, mapping: &str) -> Result<Contacts> {
    decode(file, mapping, Mode::Strict)
}

fn refused(file: &str, mapping: &str) -> String {
    let error = strict(file, mapping).unwrap_err();
    assert!(matches!(error, Error::Import { .. }), "{error:?}");
    error.to_string()
}

fn said(entries: &[ConsentEntry]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| format!("{} {} {} {}", entry.statement, entry.purpose, entry.channel, entry.at))
        .collect()
}

#[test]
fn every_column_is_read() {
    let file =
        "Customer No;Full Name;First name;Surname;E-Mail;Email verified at;Email bounced;Phone;Country;Language;\
                Date of birth;Labels\n\
                7;Anna Berg;Anna;Berg;Anna@Example.ORG;2026-01-02T10:00Z;;030 23125-000;deu;DE_at;29.02.1980;a|b;a\n"
            .replace("a|b;a\n", "\"a|b;a\"\n");
    let list = strict(&file, "dates=dd.mm.yyyy|yyyy-mm-dd,zone=Europe/Berlin,source=shop").unwrap();
    let row = &list.rows[0];
    assert_eq!((row.row, row.customer.as_str(), list.source.as_str()), (2, "7", "shop"));
    let names = [&row.name, &row.given, &row.family].map(|name| name.as_ref().unwrap().expose().as_str());
    assert_eq!(names, ["Anna Berg", "Anna", "Berg"]);
    assert_eq!(row.email.as_ref().unwrap().as_str(), "Anna@example.org");
    assert_eq!(row.email_verified.unwrap().to_string(), "2026-01-02T10:00:00Z");
    assert_eq!(row.email_bounced, None);
    assert_eq!(row.phone.as_ref().unwrap().as_str(), "+493023125000");
    assert_eq!((row.country.unwrap().code(), row.locale.as_ref().unwrap().as_str()), ("DE", "de-AT"));
    assert_eq!(row.birth_date.as_ref().unwrap().expose().to_string(), "1980-02-29");
    assert_eq!(row.tags, ["a", "b"]);
    assert_eq!(row.consents, []);
}

#[test]
fn empty_cells_say_nothing() {
    let list = strict("id,name,email,phone,country,locale,birthday,tags,granted.news.email\n7,,,,,,,,\n", "").unwrap();
    let row = &list.rows[0];
    assert_eq!((&row.name, &row.email, &row.phone, &row.country, &row.locale), (&None, &None, &None, &None, &None));
    assert_eq!((&row.birth_date, row.tags.len(), row.consents.len()), (&None, 0, 0));
}

#[test]
fn statements_are_read_with_their_dates() {
    let file = "id,email,phone,granted.news.email,confirmed.news.email,withdrawn.news.email,notice.news.email,Text\n\
                1,a@example.org,+442079460000,2026-01-05,2026-01-06,2026-02-01,news-3/en,\n\
                2,b@example.org,+442079460001,,,,,2026-03-01\n";
    let list = strict(file, "").unwrap();
    let expected = [
        "granted news email 2026-01-05T00:00:00Z",
        "confirmed news email 2026-01-06T00:00:00Z",
        "withdrawn news email 2026-02-01T00:00:00Z",
    ];
    assert_eq!(said(&list.rows[0].consents), expected);
    assert_eq!(list.rows[0].consents[0].notice.as_ref().unwrap().as_str(), "news-3/en");
    assert_eq!(list.rows[1].consents, []);
    let guessed: Vec<&str> = list.report.guesses.iter().map(|guess| guess.choice.as_str()).collect();
    assert!(guessed.contains(&"withdrawn.news.email") && !guessed.contains(&"Text"), "{guessed:?}");
    assert_eq!(strict(file, &list.report.mapping).unwrap().rows, list.rows);

    let list = strict(file, "refused.ads.sms=Text").unwrap();
    assert_eq!(said(&list.rows[1].consents), ["refused ads sms 2026-03-01T00:00:00Z"]);
    assert_eq!(list.rows[0].consents, [], "columns that are named are the only ones");
}

#[test]
fn yes_and_no_need_a_day() {
    let file = "id,email,phone,news,bounced,gone\n\
                1,a@example.org,,yes,,\n2,b@example.org,,No,x,0\n3,c@example.org,,TRUE,n,1\n4,,,,,\n";
    let mapping = "granted.news.email=news,withdrawn.news.email=gone";
    assert!(refused(file, mapping).starts_with("import, row 2, column news: yes or no without a date"));
    let list = strict(file, &format!("{mapping},as_of=2026-01-31,zone=America/New_York")).unwrap();
    let at = "2026-01-31T05:00:00Z";
    assert_eq!(said(&list.rows[0].consents), [format!("granted news email {at}")]);
    assert_eq!(said(&list.rows[1].consents), [format!("refused news email {at}")]);
    assert_eq!(
        said(&list.rows[2].consents),
        [format!("granted news email {at}"), format!("withdrawn news email {at}")]
    );
    assert_eq!(list.rows[1].email_bounced.unwrap().to_string(), at);
    assert_eq!(list.rows[2].email_bounced, None);
    let error = strict(file, &format!("{mapping},as_of=2026-07-02")).unwrap_err().to_string();
    assert_eq!(error, "as_of: lies in the future");
}

#[test]
fn wrong_cells_are_explained() {
    let header = "id,name,email,phone,country,locale,birth_date,granted.news.email,confirmed.news.sms,notice.news.sms";
    let long = "x".repeat(1_025);
    for (row, message) in [
        (",,,,,,,,,", "column id: empty"),
        ("7,LONG,,,,,,,,", "column name: longer than 1024 bytes"),
        ("7,,anna@example,,,,,,,", "column email: no e-mail address"),
        ("7,,a@example.org; b@example.org,,,,,,,", "column email: no e-mail address"),
        ("7,,,030 23125000,,,,,,", "column phone: no telephone number"),
        ("7,,,,Deutschland,,,,,", "column country: no ISO 3166 code"),
        ("7,,,,,German,,,,", "column locale: no language tag"),
        ("7,,,,,,1980-02-30,,,", "column birth_date: no date written as yyyy-mm-dd"),
        ("7,,,,,,2026-07-02,,,", "column birth_date: lies in the future"),
        ("7,,a@example.org,,,,,maybe,,", "column granted.news.email: neither a date nor yes or no"),
        ("7,,a@example.org,,,,,2026-07-02,,", "column granted.news.email: lies in the future"),
        ("7,,,,,,,2026-01-01,,", "column granted.news.email: agrees to be contacted, but there is no e-mail address"),
        ("7,,,,,,,,2026-01-01,", "column confirmed.news.sms: agrees to be contacted, but there is no telephone number"),
        ("7,,,,,,,,,\"a\nb\"", "column notice.news.sms: no name of a wording"),
    ] {
        let error = refused(&format!("{header}\n{}\n", row.replace("LONG", &long)), "");
        assert!(error.starts_with(&format!("import, row 2, {message}")), "{row}: {error}");
    }
    let error = refused("name,email\nAnna,anna@example.org\n", "");
    assert!(error.starts_with("import, row 1: no column looks like the customer; the file has name, email"), "{error}");
}

#[test]
fn a_customer_may_come_once() {
    let file = "id,name\n7,A\n8,B\n7,A\n";
    assert!(refused(file, "").starts_with("import, row 4, column id: the customer of row 2 again"));
    let list = decode(file, "", Mode::Lenient).unwrap();
    assert_eq!((list.rows.len(), list.report.rejected.get("duplicate-customer")), (2, Some(&1)));
    let rejects = write_rejects(file.as_bytes(), None, &list.rejected).unwrap();
    assert!(rejects.ends_with("keep one row for each customer,7,A\n"), "{rejects}");
}

#[test]
fn mappings_cross_as_json() {
    let text = "customer=ID,phone=,granted.news.email=News,notice.news.email=Text,as_of=2026-01-31,home=DE";
    let mapping: ContactMapping = text.parse().unwrap();
    assert_eq!((mapping.to_string().as_str(), mapping.consents.len()), (text, 1));
    assert_eq!((mapping.consents[0].channel, Statement::ALL.len()), (Channel::Email, 4));
    let json = serde_json::to_string(&mapping).unwrap();
    assert_eq!(serde_json::from_str::<ContactMapping>(&json).unwrap(), mapping);
    for (bad, message) in [
        ("granted.news=x", "mapping: unknown setting; expected customer, name,"),
        ("grantd.news.email=x", "mapping: unknown setting"),
        ("home=Germany", "country: "),
    ] {
        let error = bad.parse::<ContactMapping>().unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}
