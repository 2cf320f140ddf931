//! Answers as Arrow.
#![cfg(feature = "arrow")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch, RecordBatchReader};
use arrow_schema::DataType;
use common::{declarations, step};
use crm_core::store::{Store, StoreError};
use crm_sqlite::{Batches, Cell, Sqlite};

const NUMBERS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?)";

fn ask(sql: &str, values: &[Cell]) -> Batches {
    Sqlite::in_memory().unwrap().query_arrow(sql, values).unwrap()
}

fn all(batches: Batches) -> Vec<RecordBatch> {
    batches.map(Result::unwrap).collect()
}

#[test]
fn every_type_of_column_becomes_an_array() {
    let sql = "SELECT 1 AS a, 1.5 AS b, 'x' AS c, x'00ff' AS d, NULL AS e UNION ALL SELECT NULL, 2, NULL, NULL, NULL";
    let batch = &all(ask(sql, &[]))[0];
    assert_eq!((batch.num_rows(), batch.num_columns()), (2, 5));
    let column = |name| batch.column_by_name(name).unwrap();
    assert_eq!(column("a").as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(1), None]);
    assert_eq!(column("b").as_primitive::<Float64Type>().iter().collect::<Vec<_>>(), [Some(1.5), Some(2.0)]);
    assert_eq!(column("c").as_string::<i32>().iter().collect::<Vec<_>>(), [Some("x"), None]);
    assert_eq!(column("d").as_binary::<i32>().iter().collect::<Vec<_>>(), [Some(&[0, 255][..]), None]);
    assert_eq!(column("e").data_type(), &DataType::Null);
}

#[test]
fn batches_are_of_one_schema_whenever_a_type_shows() {
    // The first values come in the last of three batches; whole numbers turn out to be among floating-point ones.
    let sql = format!(
        "{NUMBERS} SELECT i, CASE WHEN i > 140000 THEN 't' END AS late, \
         CASE WHEN i > 140000 THEN i + 0.5 ELSE i END AS wide, NULL AS never FROM n"
    );
    let answer = ask(&sql, &[Cell::Int(150_000)]);
    assert_eq!((answer.rows(), answer.len()), (150_000, 3));
    let schema = RecordBatchReader::schema(&answer);
    let batches = all(answer);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [65_536, 65_536, 18_928]);
    let mut expected = 0_i64;
    for batch in &batches {
        assert_eq!(batch.schema(), schema);
        let column = |at: usize| batch.column(at);
        let wide = column(2).as_primitive::<Float64Type>();
        for row in 0..batch.num_rows() {
            expected += 1;
            assert_eq!(column(0).as_primitive::<Int64Type>().value(row), expected);
            let late = expected > 140_000;
            assert_eq!(column(1).is_valid(row), late);
            assert_eq!(wide.value(row), expected as f64 + if late { 0.5 } else { 0.0 });
        }
    }
    assert_eq!(expected, 150_000);
    assert_eq!(schema.field(3).data_type(), &DataType::Null);
}

#[test]
fn long_texts_make_short_batches() {
    let sql = format!("{NUMBERS} SELECT replace(hex(zeroblob(5000000)), '00', 'ab') AS long FROM n");
    let batches = all(ask(&sql, &[Cell::Int(10)]));
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [7, 3]);
    assert_eq!(batches[1].column(0).as_string::<i32>().value(2).len(), 10_000_000);
}

#[test]
fn what_arrow_cannot_hold_is_refused_and_empty_answers_are_not() {
    let store = Sqlite::in_memory().unwrap();
    let refused = |sql: &str| store.query_arrow(sql, &[]).unwrap_err().to_string();
    let several = "malformed request: column a: values of several types; use CAST";
    assert_eq!(refused("SELECT 1 AS a UNION ALL SELECT 'x'"), several);
    assert_eq!(refused("SELECT 1.5 AS a UNION ALL SELECT x'00'"), several);
    assert_eq!(refused("DELETE FROM _commit"), "malformed request: a query may only read");
    let utf16 = store.query_arrow("SELECT CAST(x'ff' AS TEXT)", &[]).unwrap_err();
    assert!(matches!(utf16, StoreError::Corrupt { .. }), "{utf16:?}");
    let empty = store.query_arrow("SELECT word, w FROM _word", &[]).unwrap();
    assert_eq!((empty.rows(), empty.len(), empty.schema().fields().len()), (0, 0, 2));
}

#[test]
fn an_answer_outlives_the_store_and_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("crm.db")).unwrap();
    store.commit(&declarations()).unwrap();
    step(&store).unwrap();
    let answer = store.query_arrow("SELECT * FROM customer", &[]).unwrap();
    drop(store);
    assert!(!format!("{answer:?}").contains("Customer 0"));
    let reader: Box<dyn RecordBatchReader + Send> = Box::new(answer);
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(batches[0].column_by_name("name").unwrap().as_string::<i32>().value(0), "Customer 0");
}

#[test]
#[cfg(feature = "arrow-ipc")]
fn bytes_give_the_same_answer() {
    let sql = format!("{NUMBERS} SELECT i, 'text ' || i AS text, CASE WHEN i % 3 THEN i / 2.0 END AS half FROM n");
    let given = [Cell::Int(70_000)];
    let bytes = ask(&sql, &given).to_bytes().unwrap();
    let read = arrow_ipc::reader::StreamReader::try_new(bytes.as_slice(), None).unwrap();
    assert_eq!(read.map(Result::unwrap).collect::<Vec<_>>(), all(ask(&sql, &given)));
    let empty = ask("SELECT 1 AS a WHERE 0", &[]).to_bytes().unwrap();
    let read = arrow_ipc::reader::StreamReader::try_new(empty.as_slice(), None).unwrap();
    assert_eq!((read.schema().field(0).name().as_str(), read.count()), ("a", 0));
}
