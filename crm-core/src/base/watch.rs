//! Long work that somebody waits for: how far it is, and whether it is still wanted.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Error, Result};

/// How far a piece of work is. Work has several steps; each counts from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is done of this step: rows, customers, facts.
    pub done: u64,
    /// How much there is to do, where that is known.
    pub total: Option<u64>,
}

/// Somebody who waits for work.
pub trait Watch: Send + Sync {
    /// Is told how far the work is, often, on a thread that does it, and says whether to go on. Once it has said no, it
    /// is not asked again, and the work ends with [`Error::Cancelled`]; what was not committed by then is not written.
    fn goes_on(&self, progress: Progress) -> bool;
}

impl<F: Fn(Progress) -> bool + Send + Sync> Watch for F {
    fn goes_on(&self, progress: Progress) -> bool {
        self(progress)
    }
}

/// Who watches the work of a thread. Threads that share the work share this.
#[derive(Clone)]
pub(crate) struct Watched {
    watch: Arc<dyn Watch>,
    called_off: Arc<AtomicBool>,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watched").field(&self.called_off).finish()
    }
}

thread_local! {
    static WATCHED: RefCell<Option<Watched>> = const { RefCell::new(None) };
}

/// Does work on this thread that somebody watches.
///
/// The work says at its [checkpoints](checkpoint) how far it is, and ends with [`Error::Cancelled`] when it is called off.
/// Everything of this library that can take long has checkpoints; so may a store of the host's own.
///
/// ```
/// use std::sync::Arc;
///
/// use crm_core::Error;
/// use crm_core::base::{Currency, Progress, watched};
/// use crm_core::score::{SummaryOptions, TimeUnit, summarise};
///
/// let options = SummaryOptions::new("2026-03-01".parse()?, TimeUnit::Weeks, Currency::EUR);
/// let impatient = Arc::new(|_: Progress| false);
/// let answer = watched(impatient, || summarise(&[1], &[20_000], &[100], &options));
/// assert_eq!(answer, Err(Error::Cancelled));
/// # Ok::<(), Error>(())
/// ```
pub fn watched<T>(watch: Arc<dyn Watch>, work: impl FnOnce() -> T) -> T {
    within(Some(Watched { watch, called_off: Arc::default() }), work)
}

/// Does work on this thread that is part of what another one does.
pub(crate) fn within<T>(watched: Option<Watched>, work: impl FnOnce() -> T) -> T {
    /// Puts back who watched before, even when the work panics.
    struct Before(Option<Watched>);

    impl Drop for Before {
        fn drop(&mut self) {
            WATCHED.replace(self.0.take());
        }
    }

    let _before = Before(WATCHED.replace(watched));
    work()
}

/// Who watches the work of this thread.
pub(crate) fn current() -> Option<Watched> {
    WATCHED.with_borrow(Clone::clone)
}

/// Tells whoever watches this thread's work how far it is.
///
/// It costs a nanosecond where nobody watches. A step of work calls it often enough to be stopped within some
/// milliseconds.
///
/// # Errors
/// [`Error::Cancelled`] when the work is no longer wanted.
pub fn checkpoint(done: u64, total: Option<u64>) -> Result<()> {
    let Some(Watched { watch, called_off }) = current() else { return Ok(()) };
    if called_off.load(Ordering::Relaxed) {
        return Err(Error::Cancelled);
    }
    // Whoever watches may do work of its own, which is not watched.
    if within(None, || watch.goes_on(Progress { done, total })) {
        return Ok(());
    }
    called_off.store(true, Ordering::Relaxed);
    Err(Error::Cancelled)
}

/// A [`checkpoint`] at every 1,024th of many small pieces.
pub(crate) fn every_now_and_then(done: usize, total: usize) -> Result<()> {
    if done.is_multiple_of(1_024) { checkpoint(done as u64, Some(total as u64)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Patience {
        seen: Mutex<Vec<u64>>,
        most: u64,
    }

    impl Watch for Patience {
        fn goes_on(&self, progress: Progress) -> bool {
            self.seen.lock().unwrap().push(progress.done);
            progress.done < self.most
        }
    }

    #[test]
    fn nobody_watches_nothing_happens() {
        assert_eq!(checkpoint(1, None), Ok(()));
    }

    #[test]
    fn work_that_was_called_off_stays_called_off() {
        let patience = Arc::new(Patience { most: 2, ..Patience::default() });
        let answers = watched(Arc::<Patience>::clone(&patience), || [0, 1, 2, 0].map(|done| checkpoint(done, None)));
        assert_eq!(answers, [Ok(()), Ok(()), Err(Error::Cancelled), Err(Error::Cancelled)]);
        assert_eq!(*patience.seen.lock().unwrap(), [0, 1, 2]);
        assert_eq!(checkpoint(9, None), Ok(()), "nobody watches any more");
    }

    #[test]
    fn watches_are_nested_and_put_back() {
        let (yes, no) = (|| Arc::new(|_: Progress| true), Arc::new(|_: Progress| false));
        watched(yes(), || {
            assert_eq!(watched(no, || checkpoint(0, None)), Err(Error::Cancelled));
            assert_eq!(checkpoint(0, None), Ok(()));
            let panicked = std::panic::catch_unwind(|| watched(yes(), || panic!("on purpose")));
            assert!(panicked.is_err());
            assert_eq!(checkpoint(0, None), Ok(()));
        });
    }

    #[test]
    fn threads_that_share_the_work_share_the_watch() {
        let patience = Arc::new(Patience { most: 5, ..Patience::default() });
        let answer = watched(patience, || {
            let watched = current();
            std::thread::scope(|scope| scope.spawn(|| within(watched, || checkpoint(7, None))).join().unwrap())
        });
        assert_eq!(answer, Err(Error::Cancelled));
    }
}
