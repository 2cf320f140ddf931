//! A real purchase log in, a CRM out: imports, assesses, segments, runs a loyalty programme, plans a campaign, and
//! reports. `cargo run --release --example shop -- --help` says more.

#![forbid(unsafe_code)]

mod args;
mod files;
mod html;
mod print;
mod steps;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use crm_core::Crm;
use crm_sqlite::Sqlite;

use args::Args;
use files::Failure;

fn main() -> ExitCode {
    let args = match args::read(std::env::args().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            print!("{}", args::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("shop: {wrong}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("shop: {}", failure.words);
            ExitCode::from(failure.code)
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    let mut progress = Progress::new();
    let store =
        Sqlite::open(&args.store).map_err(|error| Failure::from(crm_core::Error::from(error)).in_file(&args.store))?;
    let crm = Crm::open(store)?;
    progress.begin("importing");
    let import = steps::import(&crm, args)?;
    let point = steps::point(&crm, args, &import)?;
    progress.begin("summarising, scoring, fitting models");
    let assessment = steps::assess(&crm, &point)?;
    progress.begin("running the loyalty programme");
    let club = steps::club(&crm, &point)?;
    progress.begin("evaluating segments");
    let view = steps::view(&point, Some(club.id));
    let memberships = steps::segments(&crm, &view)?;
    if let Some(number) = &args.explain {
        progress.begin("explaining");
        let customer = steps::find(&crm, &point, number)?;
        let segments: Vec<_> = memberships.iter().map(|one| one.segment.clone()).collect();
        let reasons = crm.segments().explain_all(&segments, customer, &view)?;
        let contacts = crm.privacy().explain(customer, point.as_of)?;
        progress.end();
        print::explain(number, &point, &assessment, customer, &segments, &reasons, &contacts);
        return Ok(());
    }
    progress.begin("planning the campaign");
    let campaign = steps::campaign(&crm, &point, &memberships)?;
    let statement = steps::statement(&crm, args, &point, &club)?;
    progress.begin("writing the report");
    let all = print::Answers { import, point, assessment, memberships, club, campaign, statement };
    files::write(&args.report, &html::report(&all)?)?;
    progress.end();
    print::summary(&all, args);
    Ok(())
}

/// Says on standard error what is being done, and how long it took.
struct Progress {
    step: Option<(&'static str, Instant)>,
}

impl Progress {
    const fn new() -> Self {
        Self { step: None }
    }

    fn begin(&mut self, step: &'static str) {
        self.end();
        eprint!("{step} ...");
        let _ = std::io::stderr().flush();
        self.step = Some((step, now()));
    }

    fn end(&mut self) {
        if let Some((_, since)) = self.step.take() {
            eprintln!(" {:.1} s", since.elapsed().as_secs_f64());
        }
    }
}

impl Drop for Progress {
    /// A step that failed ends its line, so that the error begins one.
    fn drop(&mut self) {
        if self.step.is_some() {
            eprintln!();
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a program for people may look at the clock")]
fn now() -> Instant {
    Instant::now()
}
