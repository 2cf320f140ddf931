//! The page around the charts.

use std::fmt::Write as _;

use super::chart::{self, Bar, Cell, Column, Point};
use super::scale::number;

/// Makes a text safe inside HTML and SVG, between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && c != '\n' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// One figure at the head of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// What it counts.
    pub label: String,
    /// The figure.
    pub value: String,
    /// A word to it.
    pub note: String,
}

/// A report in the making: sections with text, tables and charts, in the order in which they are added.
#[derive(Clone, Debug)]
pub struct Report {
    title: String,
    subtitle: String,
    contents: Vec<(String, usize)>,
    body: String,
}

impl Report {
    /// An empty report.
    pub fn new(title: &str, subtitle: &str) -> Self {
        Self { title: escape(title), subtitle: escape(subtitle), contents: Vec::new(), body: String::new() }
    }

    /// Adds the figures that are seen first.
    pub fn tiles(&mut self, tiles: &[Tile]) -> &mut Self {
        self.body.push_str("<div class=\"tiles\">");
        for tile in tiles {
            let (label, value, note) = (escape(&tile.label), escape(&tile.value), escape(&tile.note));
            let _ =
                write!(self.body, "<div class=\"tile\"><span>{label}</span><b>{value}</b><small>{note}</small></div>");
        }
        self.body.push_str("</div>");
        self
    }

    /// Begins a section.
    pub fn section(&mut self, heading: &str, lead: &str) -> &mut Self {
        let number = self.contents.len() + 1;
        let (heading, lead) = (escape(heading), escape(lead));
        let _ = write!(self.body, "<h2 id=\"s{number}\">{heading}</h2><p>{lead}</p>");
        self.contents.push((heading, number));
        self
    }

    /// Adds a paragraph.
    pub fn text(&mut self, words: &str) -> &mut Self {
        let _ = write!(self.body, "<p>{}</p>", escape(words));
        self
    }

    /// Adds text whose line breaks and blanks count.
    pub fn preformatted(&mut self, words: &str) -> &mut Self {
        let _ = write!(self.body, "<pre>{}</pre>", escape(words));
        self
    }

    /// Adds a table. Cells that look like numbers are set to the right.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> &mut Self {
        table(&mut self.body, head, rows);
        self
    }

    fn figure(&mut self, title: &str, svg: &str, head: &[&str], rows: &[Vec<String>]) -> &mut Self {
        let _ = write!(self.body, "<figure><figcaption>{}</figcaption>{svg}", escape(title));
        self.body.push_str("<details><summary>Figures</summary>");
        table(&mut self.body, head, rows);
        self.body.push_str("</details></figure>");
        self
    }

    /// Adds horizontal bars.
    pub fn bars(&mut self, title: &str, bars: &[Bar]) -> &mut Self {
        let rows: Vec<_> = bars.iter().map(|bar| vec![bar.label.clone(), number(bar.value)]).collect();
        self.figure(title, &chart::bars(title, bars), &["", "value"], &rows)
    }

    /// Adds columns; the legend names the first and the second value of each.
    pub fn columns(&mut self, title: &str, columns: &[Column], legend: Option<(&str, &str)>) -> &mut Self {
        let svg = chart::columns(title, columns, legend);
        let (first, second) = legend.unwrap_or(("value", ""));
        let row = |one: &Column| {
            let mut row = vec![one.label.clone(), number(one.value)];
            row.extend(one.other.map(number));
            row
        };
        let rows: Vec<_> = columns.iter().map(row).collect();
        let head: &[&str] = if second.is_empty() { &["", first] } else { &["", first, second] };
        self.figure(title, &svg, head, &rows)
    }

    /// Adds a curve; with a diagonal, if it is to be compared with equality.
    pub fn curve(&mut self, title: &str, points: &[Point], diagonal: bool) -> &mut Self {
        let svg = chart::curve(title, points, diagonal);
        let rows: Vec<_> =
            points.iter().map(|point| vec![point.label.clone(), number(point.x), number(point.y)]).collect();
        self.figure(title, &svg, &["", "x", "y"], &rows)
    }

    /// Adds a heat map: rows from top to bottom.
    pub fn heat(&mut self, title: &str, rows: &[String], columns: &[String], cells: &[Vec<Cell>]) -> &mut Self {
        let svg = chart::heat(title, rows, columns, cells);
        let head: Vec<&str> = std::iter::once("").chain(columns.iter().map(String::as_str)).collect();
        let line = |(label, cells): (&String, &Vec<Cell>)| {
            std::iter::once(label.clone()).chain(cells.iter().map(|cell| cell.label.clone())).collect()
        };
        let table: Vec<Vec<String>> = rows.iter().zip(cells).map(line).collect();
        self.figure(title, &svg, &head, &table)
    }

    /// The whole page.
    pub fn to_html(&self) -> String {
        let Self { title, subtitle, body, .. } = self;
        let contents = self.contents.iter().fold(String::new(), |mut list, (heading, number)| {
            let _ = write!(list, "<a href=\"#s{number}\">{heading}</a>");
            list
        });
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style></head>\
             <body><header><h1>{title}</h1><p>{subtitle}</p></header><nav>{contents}</nav><main>{body}</main></body></html>\n"
        )
    }
}

fn table(out: &mut String, head: &[&str], rows: &[Vec<String>]) {
    let is_number = |cell: &str| {
        let plain = |c: char| c.is_ascii_digit() || "+-−.,% \u{202f}–".contains(c) || c.is_ascii_uppercase();
        cell.contains(|c: char| c.is_ascii_digit()) && cell.chars().all(plain)
    };
    out.push_str("<div class=\"scroll\"><table><thead><tr>");
    for cell in head {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(cell));
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let class = if is_number(cell) { " class=\"num\"" } else { "" };
            let _ = write!(out, "<td{class}>{}</td>", escape(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
}

const STYLE: &str = include_str!("style.css");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_loads_nothing_and_runs_nothing() {
        let mut report = Report::new("<script>", "a & b");
        report.tiles(&[Tile { label: "n".into(), value: "<i>".into(), note: "'".into() }]);
        report
            .section("One", "lead")
            .text("x < y")
            .preformatted("a\n  b")
            .table(&["k", "v"], &[vec!["a".into(), "1".into()]]);
        report.columns(
            "c",
            &[Column { label: "1997".into(), value: 2.0, other: Some(1.0) }],
            Some(("seen", "expected")),
        );
        let html = report.to_html();
        for forbidden in ["<script", "http:", "https:", "url(", "@import", "<i>", "onload"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        for needed in ["prefers-color-scheme", "@media print", "class=\"num\">1<", "href=\"#s1\""] {
            assert!(html.contains(needed), "{needed}");
        }
    }
}
