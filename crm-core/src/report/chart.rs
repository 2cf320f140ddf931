//! Charts as SVG.

use std::fmt::Write as _;

use super::page::escape;
use super::scale::{number, ticks};

/// One bar of a bar chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// How long it is; not negative.
    pub value: f64,
    /// What is written behind it; the value when empty.
    pub note: String,
}

impl Bar {
    /// A bar.
    pub fn new(label: &str, value: f64) -> Self {
        Self { label: label.to_owned(), value, note: String::new() }
    }

    /// Says what is written behind the bar.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// One column of a column chart: a value, and perhaps a second one to compare it with.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What it stands for.
    pub label: String,
    /// The value; not negative.
    pub value: f64,
    /// The value to compare with.
    pub other: Option<f64>,
}

/// One point of a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Where on the horizontal axis.
    pub x: f64,
    /// The value.
    pub y: f64,
    /// What is written under it; empty for nothing.
    pub label: String,
}

/// One cell of a heat map.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The value, which decides the colour.
    pub value: f64,
    /// What is written into it.
    pub label: String,
}

const WIDTH: f64 = 720.0;

fn open(svg: &mut String, height: f64, title: &str) {
    let title = escape(title);
    let _ = write!(
        svg,
        "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>", escape(words));
}

fn rect(svg: &mut String, [x, y, width, height]: [f64; 4], class: &str) {
    let _ = write!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" class=\"{class}\"/>",
        width.max(0.0),
        height.max(0.0)
    );
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.filter(|value| value.is_finite()).fold(0.0, f64::max)
}

fn shown(value: f64) -> f64 {
    if value.is_finite() { value.max(0.0) } else { 0.0 }
}

/// Horizontal bars, one below the other.
pub(super) fn bars(title: &str, bars: &[Bar]) -> String {
    const ROW: f64 = 28.0;
    const LEFT: f64 = 190.0;
    const RIGHT: f64 = 150.0;
    let mut svg = String::new();
    open(&mut svg, ROW * bars.len() as f64 + 6.0, title);
    let max = largest(bars.iter().map(|bar| bar.value)).max(f64::MIN_POSITIVE);
    for (index, bar) in bars.iter().enumerate() {
        let y = ROW * index as f64 + 4.0;
        let width = shown(bar.value) / max * (WIDTH - LEFT - RIGHT);
        text(&mut svg, LEFT - 10.0, y + 15.0, "end", &bar.label);
        rect(&mut svg, [LEFT, y, width, ROW - 8.0], "fill");
        let note = if bar.note.is_empty() { number(bar.value) } else { bar.note.clone() };
        text(&mut svg, LEFT + width + 8.0, y + 15.0, "soft", &note);
    }
    svg.push_str("</svg>");
    svg
}

/// The frame of a chart with a vertical axis: where its inside lies, and how high its scale reaches.
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    max: f64,
}

impl Frame {
    fn draw(svg: &mut String, title: &str, max: f64) -> Self {
        let frame = Self { left: 64.0, top: 14.0, width: WIDTH - 80.0, height: 210.0, max };
        open(svg, frame.top + frame.height + 34.0, title);
        let ticks = ticks(max);
        let frame = Self { max: ticks.last().copied().unwrap_or(1.0), ..frame };
        for tick in ticks {
            let y = frame.y(tick);
            let _ = write!(
                svg,
                "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" class=\"grid\"/>",
                frame.left,
                frame.left + frame.width
            );
            text(svg, frame.left - 8.0, y + 4.0, "end soft", &number(tick));
        }
        frame
    }

    fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - shown(value) / self.max)
    }

    fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// Columns side by side; where there is a second value, it stands beside the first.
pub(super) fn columns(title: &str, columns: &[Column], legend: Option<(&str, &str)>) -> String {
    let mut svg = String::new();
    let max = largest(columns.iter().flat_map(|one| [one.value, one.other.unwrap_or(0.0)]));
    let frame = Frame::draw(&mut svg, title, max);
    let step = frame.width / columns.len().max(1) as f64;
    for (index, one) in columns.iter().enumerate() {
        let x = frame.left + step * index as f64;
        let room = step * 0.8;
        let wide = if one.other.is_some() { room / 2.0 } else { room };
        let y = frame.y(one.value);
        rect(&mut svg, [x + step * 0.1, y, wide, frame.bottom() - y], "fill");
        if let Some(other) = one.other {
            let y = frame.y(other);
            rect(&mut svg, [x + step * 0.1 + wide, y, wide, frame.bottom() - y], "second");
        }
        if columns.len() <= 14 || index.is_multiple_of(columns.len().div_ceil(12)) {
            text(&mut svg, x + step / 2.0, frame.bottom() + 17.0, "mid soft", &one.label);
        }
    }
    if let Some((first, second)) = legend {
        let right = frame.left + frame.width;
        rect(&mut svg, [right - 250.0, 4.0, 11.0, 11.0], "fill");
        text(&mut svg, right - 234.0, 14.0, "soft", first);
        rect(&mut svg, [right - 120.0, 4.0, 11.0, 11.0], "second");
        text(&mut svg, right - 104.0, 14.0, "soft", second);
    }
    svg.push_str("</svg>");
    svg
}

/// A curve with the area beneath it. The points are given from left to right.
pub(super) fn curve(title: &str, points: &[Point], diagonal: bool) -> String {
    let mut svg = String::new();
    let frame = Frame::draw(&mut svg, title, largest(points.iter().map(|point| point.y)));
    let (first, last) = (points.first().map_or(0.0, |p| p.x), points.last().map_or(1.0, |p| p.x));
    let span = if last > first { last - first } else { 1.0 };
    let x = |at: f64| frame.left + frame.width * (at - first) / span;
    let path = points.iter().fold(String::new(), |mut path, point| {
        let step = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{step}{:.1} {:.1}", x(point.x), frame.y(point.y));
        path
    });
    if !points.is_empty() {
        let (from, to, bottom) = (x(first), x(last), frame.bottom());
        let _ = write!(svg, "<path d=\"{path}L{to:.1} {bottom:.1}L{from:.1} {bottom:.1}Z\" class=\"area\"/>");
        let _ = write!(svg, "<path d=\"{path}\" class=\"stroke\"/>");
    }
    if diagonal {
        let _ = write!(
            svg,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" class=\"dash\"/>",
            frame.left,
            frame.bottom(),
            frame.left + frame.width,
            frame.y(largest(points.iter().map(|point| point.y)))
        );
    }
    for point in points.iter().filter(|point| !point.label.is_empty()) {
        text(&mut svg, x(point.x), frame.bottom() + 17.0, "mid soft", &point.label);
    }
    svg.push_str("</svg>");
    svg
}

/// A heat map: rows from top to bottom, each with its cells from left to right.
pub(super) fn heat(title: &str, rows: &[String], columns: &[String], cells: &[Vec<Cell>]) -> String {
    const ROW: f64 = 38.0;
    const LEFT: f64 = 130.0;
    let mut svg = String::new();
    open(&mut svg, ROW * rows.len() as f64 + 30.0, title);
    let max = largest(cells.iter().flatten().map(|cell| cell.value)).max(f64::MIN_POSITIVE);
    let wide = (WIDTH - LEFT) / columns.len().max(1) as f64;
    for (row, (label, cells)) in rows.iter().zip(cells).enumerate() {
        let y = ROW * row as f64;
        text(&mut svg, LEFT - 10.0, y + ROW / 2.0 + 4.0, "end", label);
        for (column, cell) in cells.iter().enumerate() {
            let x = LEFT + wide * column as f64;
            let depth = (shown(cell.value) / max).sqrt();
            let _ = write!(
                svg,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" class=\"heat\" fill-opacity=\"{depth:.3}\"/>",
                x + 1.0,
                y + 1.0,
                wide - 2.0,
                ROW - 2.0
            );
            let class = if depth > 0.6 { "mid inverse" } else { "mid" };
            text(&mut svg, x + wide / 2.0, y + ROW / 2.0 + 4.0, class, &cell.label);
        }
    }
    for (column, label) in columns.iter().enumerate() {
        let x = LEFT + wide * (column as f64 + 0.5);
        text(&mut svg, x, ROW * rows.len() as f64 + 19.0, "mid soft", label);
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_of_nothing_and_of_nonsense_are_still_charts() {
        for svg in [
            bars("none", &[]),
            bars("zero", &[Bar::new("a", 0.0), Bar::new("b", f64::NAN), Bar::new("c", -1.0)]),
            columns("none", &[], None),
            curve("none", &[], true),
            curve("one", &[Point { x: 1.0, y: f64::INFINITY, label: String::new() }], false),
            heat("none", &[], &[], &[]),
        ] {
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }

    #[test]
    fn labels_cannot_break_out() {
        let svg = bars("<b>", &[Bar::new("\"><script>alert(1)</script>", 1.0)]);
        assert!(!svg.contains("<script") && !svg.contains("<b>"));
    }
}
