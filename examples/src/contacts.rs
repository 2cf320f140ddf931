//! Made-up contacts for the customers of a log of purchases.

use std::collections::BTreeMap;

use crm_core::base::{Date, digest_of};
use crm_core::intake::PurchaseRow;

const HEADER: &str = "customer,given,family,email,email_verified,email_bounced,phone,country,locale,birth_date,tags,\
                      granted.marketing.email,confirmed.marketing.email,refused.marketing.email,\
                      withdrawn.marketing.email,notice.marketing.email\n";

/// Invents a list of contacts, one for each customer of a log, as a CSV text that the intake reads without a mapping.
///
/// Nothing in it is true. The same seed gives a customer the same contact, whoever else is in the log, as long as their
/// first purchase and the last day of the log stay the same. Of a hundred customers about
/// - 6 have no e-mail address, and mail comes back from 4 of the others;
/// - 55 agreed to marketing by e-mail, at their first purchase or in the two months after it; 51 of them confirmed it,
///   and 10 took it back later;
/// - 15 were asked and said no, and the rest were never asked;
/// - 60 have a telephone number, and 65 a date of birth.
///
/// ```
/// use crm_core::intake::{Mode, decode_contacts, decode_purchases};
///
/// let log = b"customer,date,amount\n7,1997-01-02,11.77\n8,1997-02-03,9.00\n7,1998-06-30,5.00\n";
/// let now = "1998-07-01T00:00:00Z".parse()?;
/// let log = decode_purchases(log, &"currency=USD".parse()?, now, Mode::Strict)?;
/// let contacts = crm_examples::synthetic_contacts(&log.rows, 1);
/// let list = decode_contacts(contacts.as_bytes(), &"".parse()?, now, Mode::Strict)?;
/// assert_eq!(list.rows.len(), 2);
/// # Ok::<(), crm_core::Error>(())
/// ```
pub fn synthetic_contacts(purchases: &[PurchaseRow], seed: u64) -> String {
    let mut first: BTreeMap<&str, Date> = BTreeMap::new();
    let mut last = Date::MIN;
    for purchase in purchases {
        let day = purchase.at.utc_date();
        first.entry(&purchase.customer).and_modify(|first| *first = day.min(*first)).or_insert(day);
        last = last.max(day);
    }
    let mut text = String::from(HEADER);
    for (customer, first) in first {
        write_contact(&mut text, customer, first, last, &mut Dice::new(seed, customer));
    }
    text
}

/// What a customer thinks of marketing by e-mail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attitude {
    NoEmail,
    Agreed,
    Refused,
    NeverAsked,
}

impl Attitude {
    const ALL: [(u64, Self); 4] =
        [(60, Self::NoEmail), (550, Self::Agreed), (150, Self::Refused), (240, Self::NeverAsked)];
}

/// A country with its customers.
struct Home {
    country: &'static str,
    locale: &'static str,
    /// The beginning of a range of a hundred numbers that is reserved for fiction.
    phone: &'static str,
    given: &'static [&'static str],
    family: &'static [&'static str],
}

const ENGLISH: (&[&str], &[&str]) = (
    &[
        "Ada", "Amos", "Clara", "Dean", "Edith", "Flora", "Glen", "Hazel", "Ivor", "June", "Kit", "Lena", "Miles",
        "Nora",
    ],
    &["Ashdown", "Barlowe", "Colter", "Dunmore", "Ellsby", "Farrow", "Garrick", "Holloway", "Kestrel", "Merriton"],
);
const GERMAN: (&[&str], &[&str]) = (
    &["Anke", "Bernd", "Clara", "Dirk", "Elke", "Frieda", "Götz", "Hanna", "Jürgen", "Karla", "Lutz", "Meike"],
    &["Ahlberg", "Brückner", "Dornfeld", "Eschenbach", "Grünwald", "Hollstein", "Lindner", "Mühlhaus", "Steinfurt"],
);
const FRENCH: (&[&str], &[&str]) = (
    &["Agathe", "Basile", "Céline", "Denis", "Élise", "Fabien", "Gaëlle", "Hugues", "Inès", "Jules", "Lucie", "Noé"],
    &["Aubrac", "Bellerive", "Chantemerle", "Duval", "Fontanel", "Garance", "Lormeau", "Montclar", "Rochebrune"],
);

const HOMES: [(u64, Home); 6] = [
    (620, home("US", "en-US", "+1 202 555 01", ENGLISH)),
    (60, home("CA", "en-CA", "+1 416 555 01", ENGLISH)),
    (20, home("CA", "fr-CA", "+1 514 555 01", FRENCH)),
    (120, home("GB", "en-GB", "+44 1632 9600", ENGLISH)),
    (100, home("DE", "de-DE", "+49 30 231250", GERMAN)),
    (80, home("FR", "fr-FR", "+33 1 99 00 00 ", FRENCH)),
];

const fn home(
    country: &'static str,
    locale: &'static str,
    phone: &'static str,
    names: (&'static [&'static str], &'static [&'static str]),
) -> Home {
    Home { country, locale, phone, given: names.0, family: names.1 }
}

const DOMAINS: &[&str] = &["example.com", "example.net", "example.org"];
const GENRES: &[&str] = &["blues", "classical", "country", "folk", "jazz", "pop", "rock", "soundtrack"];

fn write_contact(text: &mut String, customer: &str, first: Date, last: Date, dice: &mut Dice) {
    let home = dice.weighted(&HOMES);
    let (given, family) = (dice.pick(home.given), dice.pick(home.family));
    let (number, domain) = (dice.below(1_000_000), dice.pick(DOMAINS));
    let email = format!("{}.{}.{number:06}@{domain}", plain(given), plain(family));
    let phone = format!("{}{:02}", home.phone, dice.below(100));
    let age_in_days = 18 * 366 + dice.below(57 * 365);
    let birth_date = first.saturating_add_days(-(age_in_days as i32));
    let tags = format!("{}|{}", dice.pick(GENRES), dice.pick(GENRES));

    // Every die is cast for everybody, so that a change of one weight changes nothing else.
    let attitude = *dice.weighted(&Attitude::ALL);
    let asked = dice.day(first, last, 60);
    let confirmed = dice.day(asked, last, 3);
    let withdrawn = dice.day(confirmed, last, i32::MAX);
    let bounced = dice.day(asked, last, i32::MAX);
    let (confirms, withdraws, bounces) = (dice.chance(930), dice.chance(182), dice.chance(43));
    let (has_phone, has_birth_date) = (dice.chance(600), dice.chance(650));

    let agreed = attitude == Attitude::Agreed;
    let has_email = attitude != Attitude::NoEmail;
    let cells = [
        Some(quoted(customer)),
        Some(given.to_owned()),
        Some(family.to_owned()),
        has_email.then_some(email),
        (agreed && confirms).then(|| confirmed.to_string()),
        (has_email && bounces).then(|| bounced.to_string()),
        has_phone.then_some(phone),
        Some(home.country.to_owned()),
        Some(home.locale.to_owned()),
        has_birth_date.then(|| birth_date.to_string()),
        Some(tags),
        agreed.then(|| asked.to_string()),
        (agreed && confirms).then(|| confirmed.to_string()),
        (attitude == Attitude::Refused).then(|| asked.to_string()),
        (agreed && withdraws).then(|| withdrawn.to_string()),
        agreed.then(|| format!("newsletter-1/{}", &home.locale[..2])),
    ];
    text.push_str(&cells.map(Option::unwrap_or_default).join(","));
    text.push('\n');
}

/// A name as the local part of an address has it.
fn plain(name: &str) -> String {
    let letter = |c: char| match c {
        'ä' => "ae".to_owned(),
        'ö' => "oe".to_owned(),
        'ü' => "ue".to_owned(),
        'é' | 'è' | 'ë' => "e".to_owned(),
        other => other.to_string(),
    };
    name.to_lowercase().chars().map(letter).collect()
}

/// A customer's id as a cell; everything else needs no quotes.
fn quoted(id: &str) -> String {
    format!("\"{}\"", id.replace('"', "\"\""))
}

/// Random numbers that follow from a seed and a customer: `SplitMix64` (Steele, Lea and Flood, *Fast splittable
/// pseudorandom number generators*, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn new(seed: u64, customer: &str) -> Self {
        Self(digest_of(|digest| {
            digest.fixed(&seed.to_le_bytes());
            digest.bytes(customer.as_bytes());
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn chance(&mut self, in_a_thousand: u64) -> bool {
        self.below(1_000) < in_a_thousand
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len() as u64) as usize]
    }

    fn weighted<'a, T>(&mut self, of: &'a [(u64, T)]) -> &'a T {
        let mut at = self.below(of.iter().map(|(weight, _)| weight).sum());
        let hit = |(weight, _): &&(u64, T)| {
            let hit = at < *weight;
            at = at.saturating_sub(*weight);
            hit
        };
        &of.iter().find(hit).unwrap_or(&of[0]).1
    }

    /// A day from `first` to `last`, and at most `days` after `first`.
    fn day(&mut self, first: Date, last: Date, days: i32) -> Date {
        let span = (last.days() - first.days()).clamp(0, days);
        first.saturating_add_days(self.below(span as u64 + 1) as i32)
    }
}
