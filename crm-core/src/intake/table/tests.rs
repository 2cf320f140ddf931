use proptest::prelude::*;

use super::*;

type Cells = Vec<(u64, Vec<String>)>;

/// The lines and cells of all rows below the header; rows with faults have their codes instead.
fn rows(text: &str, delimiter: Option<Delimiter>) -> Result<Cells> {
    let mut table = Table::open(text.as_bytes(), delimiter)?;
    let (mut record, mut all) = (Record::default(), Vec::new());
    while table.read(&mut record)? {
        let cells = match &record.fault {
            Some(fault) => vec![fault.code().to_owned()],
            None => record.cells.iter().map(ToString::to_string).collect(),
        };
        all.push((record.line, cells));
    }
    Ok(all)
}

fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
    (line, cells.iter().map(ToString::to_string).collect())
}

fn refused(text: &str) -> String {
    rows(text, None).unwrap_err().to_string()
}

#[test]
fn every_end_of_line_counts_once() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,2", "", "\"x", "y\",\"\"\"z\"\"\"", " ", "5,6"].join(end);
        let expected = [row(2, &["1", "2"]), row(4, &[&format!("x{end}y"), "\"z\""]), row(7, &["5", "6"])];
        assert_eq!(rows(&text, None).unwrap(), expected, "{end:?}");
        assert_eq!(rows(&(text + end), None).unwrap(), expected, "{end:?} at the end");
    }
}

#[test]
fn delimiters_are_found() {
    for (text, delimiter) in [
        ("a,b\n1,2\n", Delimiter::Comma),
        ("a;b\n1;2,5\n", Delimiter::Semicolon),
        ("a\tb\n1\t2\n", Delimiter::Tab),
        ("a|b|c\n1|2|3\n", Delimiter::Pipe),
        (" a  b c\n 1  2 3\n", Delimiter::Blanks),
        ("first name;total, net\nAnna;1\n", Delimiter::Semicolon),
        ("\"a;b\",c\n\"1;2\",3\n", Delimiter::Comma),
        ("first name,last name\nAnna Maria,Berg\n", Delimiter::Comma),
        ("alone\n1\n", Delimiter::Comma),
    ] {
        assert_eq!(Table::open(text.as_bytes(), None).unwrap().delimiter, delimiter, "{text}");
    }
}

#[test]
fn runs_of_blanks_are_one_delimiter() {
    let text = " customer_id  date cds\n 00001\t19970101  1 \r\n\r\n00002 19970112 5";
    let expected = [row(2, &["00001", "19970101", "1"]), row(4, &["00002", "19970112", "5"])];
    assert_eq!(rows(text, None).unwrap(), expected);
}

#[test]
fn ragged_rows_say_how_many_cells_they_have() {
    let mut table = Table::open(b"a,b,c\n1,2\n1,2,3,\n1,2,3\n", None).unwrap();
    let mut record = Record::default();
    for found in [Some(2), Some(4), None] {
        assert!(table.read(&mut record).unwrap());
        assert_eq!(record.fault, found.map(|found| Fault::FieldCount { expected: 3, found }));
    }
}

#[test]
fn a_quote_that_is_never_closed_is_found_where_it_opens() {
    let text = "a,b\n1,2\n\"3\n4\",\"5\n6,7\n8,9\n";
    assert!(refused(text).starts_with("import, row 4: a quote opens in this row and is never closed"));
    assert_eq!(rows("a,b\n\"1\" x,2\n3,4\n", None).unwrap(), [row(2, &["stray-quote"]), row(3, &["3", "4"])]);
    assert_eq!(rows("a,b\n5\" disk,\"1\" \n", None).unwrap(), [row(2, &["5\" disk", "1"])]);
}

#[test]
fn enormous_cells_and_headers_are_refused() {
    let cell = "x".repeat(MAX_CELL);
    assert!(rows(&format!("a,b\n{cell},\"{cell}\"\n"), None).is_ok());
    assert!(refused(&format!("a,b\n1,2\n{cell}x,\n")).starts_with("import, row 3: a cell larger than 65536 bytes"));
    assert!(refused(&format!("a,b\n1,2\n1,\"{cell}x\"\n")).starts_with("import, row 3: a cell larger"));
    let names = vec!["x"; MAX_COLUMNS + 1].join(",");
    assert!(refused(&names).contains("1025 columns; at most 1024 are read"));
}

#[test]
fn columns_are_found_or_the_nearest_is_named() {
    let table = Table::open(b"Customer ID,Date,date,Total,,\n", None).unwrap();
    let find = |name: &'static str| table.header.find(&Name::from_static(name)).map_err(|error| error.to_string());
    assert_eq!(find("customer id"), Ok(0));
    assert_eq!(find("date"), Ok(2));
    assert_eq!(
        find("DATE").unwrap_err(),
        "import, row 1, column DATE: columns 2 and 3 both have this name; rename one of them"
    );
    assert_eq!(
        find("CustomerID").unwrap_err(),
        "import, row 1, column CustomerID: no such column (did you mean Customer ID?); \
         the file has Customer ID, Date, date, Total and more"
    );
}

#[test]
fn a_first_row_of_data_is_not_printed() {
    for text in ["1,anna@example.org\n2,berta@example.org\n", "c1,2026-01-01,3\n", "c1,+49 30 1234\n"] {
        assert_eq!(refused(text), "import, row 1: the first row holds data; put a line of column names above it");
    }
}

fn any_cell() -> impl Strategy<Value = String> {
    "[a-z0-9 ,;|\t\"\r\nä€]{0,6}"
}

proptest! {
    /// The `csv` crate reads the same, but for lines of blanks, which it takes for rows, and for text behind a closing
    /// quote, which it keeps.
    #[test]
    fn reads_as_the_csv_crate_does(text in "[a-c,\"\r\n]{0,40}") {
        let text = format!("h,h\n{text}");
        let mut theirs = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let theirs: Vec<Vec<String>> = theirs.records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let mut table = Table::open(text.as_bytes(), Some(Delimiter::Comma)).unwrap();
        let (mut record, mut ours) = (Record::default(), Vec::<(Vec<String>, _)>::new());
        let complete = loop {
            match table.read(&mut record) {
                Ok(true) => ours.push((record.cells.iter().map(ToString::to_string).collect(), record.fault.clone())),
                end => break end.is_ok(),
            }
        };
        prop_assert_eq!(ours.len() == theirs.len(), complete);
        for ((cells, fault), theirs) in ours.iter().zip(&theirs) {
            if *fault != Some(Fault::StrayQuote) {
                prop_assert_eq!(cells, theirs);
            }
        }
    }

    /// What the `csv` crate writes is read as it was meant, with any delimiter.
    #[test]
    fn reads_what_the_csv_crate_writes(
        cells in proptest::collection::vec([any_cell(), any_cell(), any_cell()], 0..5),
        delimiter in 0..4_usize,
    ) {
        let delimiter = Delimiter::ALL[delimiter];
        let byte = [b',', b';', b'\t', b'|'][Delimiter::ALL.iter().position(|one| *one == delimiter).unwrap()];
        let mut writer = csv::WriterBuilder::new()
            .delimiter(byte)
            .quote_style(csv::QuoteStyle::Always)
            .from_writer(Vec::new());
        writer.write_record(["x", "y", "z"]).unwrap();
        for row in &cells {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let read: Vec<Vec<String>> = rows(&text, None).unwrap().into_iter().map(|(_, cells)| cells).collect();
        prop_assert_eq!(read, cells.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), delimiter in 0..6_usize) {
        if let Ok(mut table) = Table::open(&bytes, Delimiter::ALL.get(delimiter).copied()) {
            let mut record = Record::default();
            while table.read(&mut record).unwrap_or(false) {}
        }
    }
}
