//! The main job: the whole of it against its budgets, and its first step against a loader written by hand.
//!
//! Wants the example `shop` to be built beside this programme: `cargo build --release --example shop`.
#![allow(clippy::unwrap_used, reason = "a benchmark may stop at the first error")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crm_benches::loader::Loader;
use crm_benches::{Bars, Must, folder, in_turn, machine, median, time};
use crm_core::Crm;
use crm_core::intake::Mode;
use crm_sqlite::Sqlite;

/// The cores of the machine that the budget is for.
const CORES: usize = 2;
/// How long the main job may take, in seconds.
const SECONDS: f64 = 10.0;
/// How much memory it may use, in megabytes.
const MEGABYTES: f64 = 400.0;

fn main() -> ExitCode {
    let mut bars = Bars::default();
    machine::keep_to(CORES).unwrap();
    // First, while this process is small: the peak of the memory counts from there.
    main_job(&mut bars);
    import(&mut bars);
    bars.verdict()
}

/// The example, beside this programme.
fn shop() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("examples").join("shop")
}

/// The whole main job, on an empty store each time; of the memory, the most that a run takes.
fn main_job(bars: &mut Bars) {
    const RUNS: usize = 3;
    let run = |_| {
        let folder = folder().unwrap();
        let mut job = Command::new(shop());
        job.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let elapsed = time(|| assert!(job.status().unwrap().success(), "the main job succeeds"));
        elapsed.as_secs_f64()
    };
    let seconds: Vec<f64> = (0..RUNS).map(run).collect();
    println!("note: the programme of the main job has {:.1} MB, stripped", stripped_size(&shop()) / 1e6);
    bars.compare("main-job-time", "s", median(&seconds), SECONDS, Must::AtMost(1.0));
    let Some(used) = machine::children() else { return println!("note: memory is not measured on this system") };
    println!("note: the main job takes {:.1} s of processor time", used.seconds / RUNS as f64);
    bars.compare("main-job-memory", "MB", used.peak / 1e6, MEGABYTES, Must::AtMost(1.0));
}

/// The size of a programme without its symbols, in bytes.
fn stripped_size(programme: &Path) -> f64 {
    let folder = folder().unwrap();
    let stripped = folder.path().join("stripped");
    let done = Command::new("strip").arg("-o").arg(&stripped).arg(programme).stderr(Stdio::null()).status();
    let path = if done.is_ok_and(|status| status.success()) { &stripped } else { programme };
    std::fs::metadata(path).unwrap().len() as f64
}

/// The CDNOW log, from its file to committed rows.
fn import(bars: &mut Bars) {
    const PURCHASES: usize = 69_659;
    let log = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/CDNOW_master.txt"));
    let rate = |seconds: f64| PURCHASES as f64 / seconds;
    let ours = || {
        let folder = folder().unwrap();
        let crm = Crm::open(Sqlite::open(folder.path().join("ours.db")).unwrap()).unwrap();
        let mapping = "currency=USD, source=cdnow".parse().unwrap();
        let mut added = 0;
        let elapsed = time(|| {
            let file = std::fs::read(log).unwrap();
            added = crm.intake().purchases(&file, &mapping, Mode::Strict).unwrap().facts;
        });
        assert_eq!(added, PURCHASES as u64);
        rate(elapsed.as_secs_f64())
    };
    let theirs = || {
        let folder = folder().unwrap();
        let mut loader = Loader::open(&folder.path().join("theirs.db")).unwrap();
        let mut added = 0;
        let elapsed = time(|| added = loader.load(log).unwrap());
        assert_eq!(added, PURCHASES);
        rate(elapsed.as_secs_f64())
    };
    let (ours, theirs) = in_turn(7, ours, theirs);
    bars.compare("import-cdnow", "rows/s", ours, theirs, Must::AtLeast(0.5));
}
