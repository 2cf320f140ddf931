//! The report.

use crm_core::base::{Date, Name};
use crm_core::report::{Bar, Cell, Column, Point as Dot, Report, Tile};
use crm_core::score::{PurchaseModel, Span};

use crate::files::Failure;
use crate::print::{Answers, SHOWN, count, major, money, repeaters};

/// The report of all answers, as one page.
pub fn report(all: &Answers) -> Result<String, Failure> {
    let point = &all.point;
    let mut report = Report::new(
        &format!("Customers of {}", point.source),
        &format!(
            "As of {} ({}), from {} purchases",
            point.day,
            point.zone.name(),
            count(all.import.purchases.rows.len() as u64)
        ),
    );
    tiles(&mut report, all);
    revenue(&mut report, all)?;
    rfm(&mut report, all);
    model(&mut report, all)?;
    value(&mut report, all);
    segments(&mut report, all);
    loyalty(&mut report, all);
    campaign(&mut report, all);
    notes(&mut report, all);
    Ok(report.to_html())
}

fn tile(label: &str, value: String, note: &str) -> Tile {
    Tile { label: label.to_owned(), value, note: note.to_owned() }
}

fn tiles(report: &mut Report, all: &Answers) {
    let (rows, values) = (&all.assessment.summaries.table.rows, all.assessment.values.as_ref());
    let alive: f64 = all.assessment.forecasts.iter().map(|one| one.p_alive).sum();
    report.tiles(&[
        tile("Customers", count(rows.len() as u64), &format!("{} came back", count(repeaters(all)))),
        tile("Still alive", count(alive.round() as u64), "expected, by BG/NBD"),
        tile(
            "Value of a year",
            values.map_or("–".into(), |one| count(one.total().round() as u64)),
            &format!("{}, discounted at 15 %", all.point.currency.code()),
        ),
        tile(
            "Points outstanding",
            count(all.club.liability.totals.outstanding.max(0) as u64),
            "of the loyalty programme",
        ),
        tile("Win-back", count(all.campaign.contacts), &format!("of {} may be contacted", all.campaign.candidates)),
    ]);
}

fn revenue(report: &mut Report, all: &Answers) -> Result<(), Failure> {
    report.section("Revenue", "What was charged, month by month.");
    let mut months: std::collections::BTreeMap<(i16, u8), i64> = std::collections::BTreeMap::new();
    for row in &all.import.purchases.rows {
        let day = all.point.zone.date(row.at);
        *months.entry((day.year(), day.month())).or_default() += row.amount.minor();
    }
    let scale = 10_f64.powi(i32::from(all.point.currency.exponent()));
    let mut columns = Vec::new();
    for ((year, month), minor) in months {
        let first = Date::new(year, month, 1)?;
        columns.push(Column { label: first.to_string()[..7].to_owned(), value: minor as f64 / scale, other: None });
    }
    report.columns(&format!("Revenue by month, {}", all.point.currency.code()), &columns, None);
    Ok(())
}

fn rfm(report: &mut Report, all: &Answers) {
    report.section("Recency and frequency", "Customers by when they bought last and how often they buy; 5 is best.");
    let mut counts = [[0_u32; 5]; 5];
    for row in &all.assessment.rfm.rows {
        counts[usize::from(5 - row.r)][usize::from(row.f - 1)] += 1;
    }
    let cell = |count: &u32| Cell { value: f64::from(*count), label: count.to_string() };
    let cells: Vec<Vec<Cell>> = counts.iter().map(|row| row.iter().map(cell).collect()).collect();
    let labels = |word: &str, scores: [u8; 5]| scores.map(|score| format!("{word} {score}"));
    report.heat(
        "Customers per pair of scores",
        &labels("recency", [5, 4, 3, 2, 1]),
        &labels("frequency", [1, 2, 3, 4, 5]),
        &cells,
    );
}

/// Customers with more repeat purchases share a column.
const MOST: u32 = 7;

fn model(report: &mut Report, all: &Answers) -> Result<(), Failure> {
    report.section(
        "Repeat purchases",
        "How often customers came back, and how often the BG/NBD model says they should have.",
    );
    let fit = match &all.assessment.purchases {
        Ok(fit) => fit,
        Err(lacking) => {
            report.text(&lacking.to_string());
            return Ok(());
        }
    };
    let table = &all.assessment.summaries.table;
    let (mut seen, mut expected) = ([0.0; MOST as usize + 1], [0.0; MOST as usize + 1]);
    let mut ages: std::collections::BTreeMap<i32, f64> = std::collections::BTreeMap::new();
    for row in &table.rows {
        seen[row.repeats.min(MOST) as usize] += 1.0;
        *ages.entry(table.as_of.days() - row.first.days()).or_default() += 1.0;
    }
    for (days, customers) in ages {
        let span = Span::days(f64::from(days)).to(fit.model.unit);
        let mut rest = 1.0;
        for repeats in 0..MOST {
            let probability = fit.model.probability(repeats, span)?;
            expected[repeats as usize] += customers * probability;
            rest -= probability;
        }
        expected[MOST as usize] += customers * rest;
    }
    let label = |repeats: usize| if repeats == MOST as usize { format!("{MOST}+") } else { repeats.to_string() };
    let column = |(repeats, (seen, expected)): (usize, (&f64, &f64))| Column {
        label: label(repeats),
        value: *seen,
        other: Some(*expected),
    };
    let columns: Vec<Column> = seen.iter().zip(&expected).enumerate().map(column).collect();
    report.columns("Customers by repeat purchases", &columns, Some(("seen", "expected")));
    report.text(&format!(
        "r {:.4}, alpha {:.4}, a {:.4}, b {:.4} in weeks; log-likelihood {:.2}; the fit is {:?}.",
        fit.model.r, fit.model.alpha, fit.model.a, fit.model.b, fit.log_likelihood, fit.convergence.status
    ));
    let mut alive = [0_u32; 10];
    for one in &all.assessment.forecasts {
        alive[((one.p_alive * 10.0) as usize).min(9)] += 1;
    }
    let column = |(tenth, count): (usize, &u32)| Column {
        label: format!("{}–{} %", tenth * 10, tenth * 10 + 10),
        value: f64::from(*count),
        other: None,
    };
    let columns: Vec<Column> = alive.iter().enumerate().map(column).collect();
    report.columns("Customers by the probability that they are still there", &columns, None);
    Ok(())
}

fn value(report: &mut Report, all: &Answers) {
    report.section("Lifetime value", "The discounted value of the next year, and how it is spread over the customers.");
    let Some(values) = &all.assessment.values else {
        report.text("The models lack the data for values.");
        return;
    };
    let mut sorted: Vec<f64> = values.rows.iter().filter_map(|row| row.value).collect();
    sorted.sort_by(f64::total_cmp);
    let total: f64 = sorted.iter().sum();
    let mut dots = vec![Dot { x: 0.0, y: 0.0, label: "0 %".into() }];
    let mut sum = 0.0;
    for (index, value) in sorted.iter().enumerate() {
        sum += value;
        let before = index * 20 / sorted.len();
        let after = (index + 1) * 20 / sorted.len();
        if after > before {
            let label = if after.is_multiple_of(5) { format!("{} %", after * 5) } else { String::new() };
            dots.push(Dot { x: after as f64 * 5.0, y: 100.0 * sum / total.max(f64::MIN_POSITIVE), label });
        }
    }
    report.curve("Share of the value held by the customers of least value, %", &dots, true);
    let top: Vec<_> = {
        let mut rows: Vec<_> = values.rows.iter().filter_map(|row| Some((row.value?, row))).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        rows.into_iter().take(10).collect()
    };
    let line = |(value, row): &(f64, &crm_core::score::LifetimeValue)| {
        let spend = row.spend.map_or("–".to_owned(), |spend| major(&all.point, spend));
        vec![format!("{:.2}", row.purchases), spend, major(&all.point, *value)]
    };
    let lines: Vec<Vec<String>> = top.iter().map(line).collect();
    report.table(&["purchases expected", "spend per purchase", "value of a year"], &lines);
}

fn segments(report: &mut Report, all: &Answers) {
    report.section("Segments", "Who belongs where. A customer may belong to several segments, or to none.");
    let bars: Vec<Bar> =
        all.memberships.iter().map(|one| Bar::new(one.segment.name.as_str(), one.members.len() as f64)).collect();
    report.bars("Members", &bars);
    let line = |one: &crm_core::crm::Membership| vec![one.segment.name.to_string(), one.segment.text.clone()];
    let lines: Vec<Vec<String>> = all.memberships.iter().map(line).collect();
    report.table(&["segment", "definition"], &lines);
}

fn loyalty(report: &mut Report, all: &Answers) {
    report.section("Loyalty", "Points, tiers, and what the points will cost.");
    let mut tiers: std::collections::BTreeMap<Option<Name>, u32> = std::collections::BTreeMap::new();
    for standing in all.club.standings.values() {
        *tiers.entry(standing.tier.as_ref().and_then(|tier| tier.tier.clone())).or_default() += 1;
    }
    let bar = |(tier, count): (&Option<Name>, &u32)| {
        Bar::new(tier.as_ref().map_or("no tier", Name::as_str), f64::from(*count))
    };
    report.bars("Members per tier", &tiers.iter().map(bar).collect::<Vec<_>>());
    let column = |month: &crm_core::loyalty::LiabilityMonth| Column {
        label: month.month.map_or_else(|| "never".to_owned(), |day| day.to_string()[..7].to_owned()),
        value: month.points as f64,
        other: None,
    };
    let columns: Vec<Column> = all.club.liability.months.iter().map(column).collect();
    report.columns("Outstanding points by the month in which they expire", &columns, None);
    if let Some(cost) = all.club.liability.cost {
        let breakage = f64::from(all.club.liability.breakage) / 100.0;
        report.text(&format!(
            "The liability is {cost}, with {breakage:.0} % of the points expected never to be redeemed."
        ));
    }
    if let Some((number, statement)) = &all.statement {
        report.text(&format!(
            "Statement of customer {number}: the last of {} movements within a year.",
            statement.lines.len()
        ));
        let line = |line: &crm_core::loyalty::StatementLine| {
            vec![
                line.at.utc_date().to_string(),
                line.kind.word().to_owned(),
                line.points.to_string(),
                line.total.to_string(),
            ]
        };
        let shown = statement.lines.len().saturating_sub(SHOWN);
        let lines: Vec<Vec<String>> = statement.lines[shown..].iter().map(line).collect();
        report.table(&["day", "what", "points", "total"], &lines);
    }
}

fn campaign(report: &mut Report, all: &Answers) {
    let campaign = &all.campaign;
    report.section(
        "Win-back campaign",
        "Everybody who is to be won back, less everybody who may not be contacted by e-mail for marketing.",
    );
    let mut bars = vec![
        Bar::new("to be won back", campaign.candidates as f64),
        Bar::new("may be contacted", campaign.contacts as f64),
        Bar::new("held out", campaign.held_out as f64),
    ];
    bars.extend(
        campaign.excluded.iter().map(|(reason, count)| Bar::new(&reason.word().replace('_', " "), *count as f64)),
    );
    report.bars("Candidates", &bars);
}

fn notes(report: &mut Report, all: &Answers) {
    report.section("Notes", "What this rests on.");
    let table = &all.assessment.summaries.table;
    report.text(&format!(
        "Purchases of one civil day count as one. Times are in {}. {} is the last day that counts; {} rows and {} \
         refunds after it or without a purchase were left out.",
        table.unit.as_str(),
        table.as_of,
        table.dropped.later_rows,
        table.dropped.refund_rows
    ));
    if all.import.synthetic {
        report.text(
            "The purchases are the CDNOW log (Fader and Hardie), real. The contacts and what they said about being \
             contacted are made up by a seeded generator: the log has none.",
        );
    }
    report.text(&format!("Spent in all: {}.", money(&all.point, table.rows.iter().map(|row| row.total_minor).sum())));
}
