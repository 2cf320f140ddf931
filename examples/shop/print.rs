//! What is printed.

use crm_core::base::{CustomerId, Money};
use crm_core::crm::{Assessment, Membership, Segment};
use crm_core::loyalty::Statement;
use crm_core::marketing::AudienceSummary;
use crm_core::privacy::ContactAnswer;
use crm_core::segment::Explanation;

use crate::args::Args;
use crate::steps::{Club, Import, Point};

/// How many lines of a statement are shown.
pub const SHOWN: usize = 12;

/// All answers of the main job.
pub struct Answers {
    pub import: Import,
    pub point: Point,
    pub assessment: Assessment,
    pub memberships: Vec<Membership>,
    pub club: Club,
    pub campaign: AudienceSummary,
    pub statement: Option<(String, Statement)>,
}

/// An amount of minor units for people.
pub fn money(point: &Point, minor: i64) -> String {
    Money::new(minor, point.currency).to_string()
}

/// An amount in major units, rounded.
pub fn major(point: &Point, value: f64) -> String {
    money(point, (value * 10_f64.powi(i32::from(point.currency.exponent()))).round() as i64)
}

/// A number with its thousands apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub fn summary(all: &Answers, args: &Args) {
    let Answers { import, point, assessment, .. } = all;
    println!("\nA CRM of {} as of {}\n", point.source, point.day);
    print_import(import);
    let rows = &assessment.summaries.table.rows;
    let spent: i64 = rows.iter().map(|row| row.total_minor).sum();
    println!(
        "Customers     {} bought, {} came back, {} in all",
        count(rows.len() as u64),
        count(repeaters(all)),
        money(point, spent)
    );
    print_models(all);
    println!("\nSegments");
    for one in &all.memberships {
        let share = 100.0 * one.members.len() as f64 / rows.len().max(1) as f64;
        println!(
            "  {:<20}{:>8}  {share:5.1} %   {}",
            one.segment.name,
            count(one.members.len() as u64),
            one.segment.text
        );
    }
    print_club(all);
    print_campaign(&all.campaign);
    println!("\nStore  {}   Report  {}", args.store.display(), args.report.display());
}

pub fn repeaters(all: &Answers) -> u64 {
    all.assessment.summaries.table.rows.iter().filter(|row| row.repeats > 0).count() as u64
}

fn print_import(import: &Import) {
    let log = &import.log;
    println!(
        "Purchases     {} rows: {} new, {} known",
        count(import.purchases.report.rows),
        count(log.facts),
        count(log.duplicates)
    );
    if import.purchases.report.bom {
        println!("              the file began with a byte order mark, which was skipped");
    }
    if !import.purchases.report.guesses.is_empty() {
        println!("              read as {}", import.purchases.report.mapping);
    }
    if let Some(contacts) = &import.contacts {
        let made_up = if import.synthetic { " (made up: the log has none)" } else { "" };
        println!(
            "Contacts      {} entered, {} enriched, {} statements about consent{made_up}",
            count(contacts.customers_created),
            count(contacts.customers_updated),
            count(contacts.facts)
        );
    }
    let rejected = import.purchases.rejected.len() + import.log.rejected.len();
    if rejected > 0 {
        println!("Rejected      {} rows", count(rejected as u64));
    }
    for path in &import.rejected {
        println!("              their reasons are in {}", path.display());
    }
}

fn print_models(all: &Answers) {
    let Answers { point, assessment, .. } = all;
    match &assessment.purchases {
        Ok(fit) => {
            let alive: f64 = assessment.forecasts.iter().map(|one| one.p_alive).sum();
            let expected: f64 = assessment.forecasts.iter().map(|one| one.purchases).sum();
            println!(
                "BG/NBD        r {:.3}  alpha {:.3}  a {:.3}  b {:.3}  (weeks)",
                fit.model.r, fit.model.alpha, fit.model.a, fit.model.b
            );
            println!(
                "              {} still alive, {} purchases expected within a year",
                count(alive.round() as u64),
                count(expected.round() as u64)
            );
        }
        Err(lacking) => println!("BG/NBD        {lacking}"),
    }
    match &assessment.spend {
        Ok(fit) => println!("Gamma-Gamma   p {:.3}  q {:.3}  gamma {:.3}", fit.model.p, fit.model.q, fit.model.gamma),
        Err(lacking) => println!("Gamma-Gamma   {lacking}"),
    }
    if let Some(values) = &assessment.values {
        println!("Value         {} within a year, discounted at 15 %", major(point, values.total()));
    }
}

fn print_club(all: &Answers) {
    let totals = &all.club.liability.totals;
    println!(
        "\nLoyalty       {} points earned, {} expired, {} outstanding",
        count(totals.earned.max(0) as u64),
        count(totals.expired.max(0) as u64),
        count(totals.outstanding.max(0) as u64)
    );
    if let Some(cost) = all.club.liability.cost {
        println!(
            "              liability {cost}, less {:.0} % breakage",
            f64::from(all.club.liability.breakage) / 100.0
        );
    }
    if let Some((number, statement)) = &all.statement {
        println!("\nStatement of customer {number}, {} to {}", statement.window.start.utc_date(), all.point.day);
        println!("  {:<12}{:<12}{:>9}{:>9}", "", "opening", "", statement.opening.total());
        let hidden = statement.lines.len().saturating_sub(SHOWN);
        if hidden > 0 {
            println!("  ... {hidden} earlier movements");
        }
        for line in &statement.lines[hidden..] {
            println!(
                "  {:<12}{:<12}{:>+9}{:>9}   for {}",
                line.at.utc_date().to_string(),
                line.kind.word(),
                line.points,
                line.total,
                line.cause
            );
        }
        println!("  {:<12}{:<12}{:>9}{:>9}", "", "closing", "", statement.closing.total());
    }
}

fn print_campaign(campaign: &AudienceSummary) {
    println!(
        "\nWin-back      {} to be won back: {} may be contacted, {} held out",
        count(campaign.candidates),
        count(campaign.contacts),
        count(campaign.held_out)
    );
    for (reason, number) in &campaign.excluded {
        println!("              {:>8}  {}", count(*number), reason.word().replace('_', " "));
    }
}

/// Why a customer is in or out of each segment, and what the scores rest on.
pub fn explain(
    number: &str,
    point: &Point,
    assessment: &Assessment,
    customer: CustomerId,
    segments: &[Segment],
    reasons: &[Explanation],
    contacts: &[ContactAnswer],
) {
    println!("\nCustomer {number} of {}, as of {}\n", point.source, point.day);
    if let Some(one) = assessment.of(customer) {
        let summary = &one.summary;
        println!(
            "Purchases on {} days ({} orders), the first on {}, the last on {}, {} in all",
            summary.repeats + 1,
            summary.orders,
            summary.first,
            summary.last,
            money(point, summary.total_minor)
        );
        println!(
            "RFM {}{}{}: {} days since the last purchase, {} days with a purchase",
            one.rfm.r, one.rfm.f, one.rfm.m, one.rfm.recency_days, one.rfm.frequency
        );
        let history = assessment.summaries.table.history(summary);
        println!("x = {}, t_x = {:.2}, T = {:.2} weeks", history.repeats, history.recency, history.age);
        if let Some(forecast) = one.forecast {
            println!("P(alive) {:.3}, {:.2} purchases expected within a year", forecast.p_alive, forecast.purchases);
        }
        if let Some(value) = one.value.and_then(|value| value.value) {
            println!("Lifetime value of a year {}", major(point, value));
        }
    } else {
        println!("Never bought anything.");
    }
    for (segment, reason) in segments.iter().zip(reasons) {
        let verdict = if reason.truth.is_true() { "in " } else { "out" };
        println!("\n{verdict}  {}  ({})\n{}", segment.name, segment.text, indent(&reason.render()));
    }
    println!("\nContact");
    if contacts.is_empty() {
        println!("  no address is known");
    }
    for answer in contacts {
        let verdict = if answer.decision.allowed { "may" } else { "may not" };
        let because = answer.decision.reason.word().replace('_', " ");
        println!("  {verdict} be contacted by {} for {}: {because}", answer.question.channel, answer.question.purpose);
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("       {line}")).collect::<Vec<_>>().join("\n")
}
