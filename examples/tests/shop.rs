//! The main job on files as people have them: every wrong one gives one clear error, and nothing is half imported.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEADER: &str = "customer,date,amount,currency,order,quantity\n";

/// The programme, which is built beside this test.
fn shop() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap().join("examples").join(format!("shop{}", std::env::consts::EXE_SUFFIX));
    assert!(built.exists(), "the example is not built: run `cargo test --package crm-examples`");
    built
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(shop()).current_dir(folder).args(arguments).output().unwrap()
}

/// What it says on the last line when it fails, and with which code.
fn failure(output: &Output) -> (i32, String) {
    let words = String::from_utf8(output.stderr.clone()).unwrap();
    (output.status.code().unwrap(), words.lines().last().unwrap_or_default().to_owned())
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn with_header(rows: &str) -> Vec<u8> {
    format!("{HEADER}{rows}").into_bytes()
}

#[test]
fn a_wrong_log_gives_one_error_and_no_import() {
    let mut late = String::from(HEADER);
    for row in 2..5_000 {
        let date = if row == 4_711 { "2024-13-45" } else { "2024-01-05" };
        writeln!(late, "c{},{date},10.00,EUR,o{row},1", row % 100).unwrap();
    }
    let latin1 = [HEADER.as_bytes(), b"M\xfcller,2024-01-01,10.00,EUR,o1,1\n"].concat();
    let good = "a,2024-01-01,10.00,EUR,o1,1\n";
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("date", late.into_bytes(), "import, row 4711, column date: no date written as yyyy-mm-dd; correct it"),
        ("quantity", with_header("a,2024-01-01,10.00,EUR,o1,-3\n"), "import, row 2, column quantity: negative"),
        (
            "currency",
            with_header(&format!("{good}a,2024-01-02,10.00,USD,o2,1\n")),
            "import, row 3, column currency: not EUR, the currency of the file; correct it",
        ),
        ("order", with_header(&format!("{good}{good}")), "import, row 3, column order: the order of row 2 again; keep"),
        ("empty", Vec::new(), "import: the file is empty; expected"),
        ("column", b"customer,amount\na,3\n".to_vec(), "import, row 1: no column looks like the date; the file has"),
        ("latin1", latin1, "import, row 2: the file is not UTF-8"),
        ("utf16", utf16(&format!("{HEADER}{good}")), "import, row 1: the file is UTF-16; save it as UTF-8"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, expected) in cases {
        let file = format!("{name}.csv");
        fs::write(folder.path().join(&file), bytes).unwrap();
        let (code, words) = failure(&run(folder.path(), &["shop.db", "--purchases", &file]));
        assert_eq!((code, words.starts_with(&format!("shop: {file}: {expected}"))), (1, true), "{words}");
    }
    // Nothing of all that was imported: the good row is the first.
    fs::write(folder.path().join("good.csv"), [b"\xef\xbb\xbf", with_header(good).as_slice()].concat()).unwrap();
    let output = run(folder.path(), &["shop.db", "--purchases", "good.csv"]);
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(words.contains("1 rows: 1 new, 0 known") && words.contains("1 bought"), "{words}");
}

#[test]
fn places_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    fs::write(folder.path().join("letter.txt"), "Dear reader, this is no database, and it never was one. ".repeat(20))
        .unwrap();
    let cases: [(&[&str], i32, &str); 4] = [
        (&["shop.db", "--purchases", "folder"], 1, "folder: a directory, not a file"),
        (&["shop.db", "--purchases", "absent.csv"], 1, "absent.csv: "),
        (&["letter.txt"], 1, "store: corrupt: not an SQLite file"),
        (&["--no-such-option"], 2, ""),
    ];
    for (arguments, code, expected) in cases {
        let (found, words) = failure(&run(folder.path(), arguments));
        assert!(found == code && words.contains(expected), "{arguments:?} gave {found}: {words}");
    }
}

#[test]
fn lenient_imports_the_good_rows_and_writes_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "a,2024-01-01,10.00,EUR,o1,1\nb,2024-02-30,1.00,EUR,o2,1\nc,2024-01-03,5.00,USD,o3,1\n";
    fs::write(folder.path().join("log.csv"), with_header(rows)).unwrap();
    let output = run(folder.path(), &["shop.db", "--purchases", "log.csv", "--lenient"]);
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && words.contains("3 rows: 1 new"), "{words}");
    let rejected = fs::read_to_string(folder.path().join("log.csv.rejected.csv")).unwrap();
    let reasons: Vec<&str> = rejected.lines().map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(reasons, ["column", "date", "currency"]);
    assert!(fs::read_to_string(folder.path().join("report.html")).unwrap().starts_with("<!doctype html>"));

    let again = run(folder.path(), &["shop.db", "--purchases", "log.csv", "--lenient"]);
    assert!(String::from_utf8(again.stdout).unwrap().contains("3 rows: 0 new, 1 known"));
}
