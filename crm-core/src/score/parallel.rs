//! Work on as many threads as the caller allows.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::base::{checkpoint, current, within};

/// Does `work` on every part, one thread for each part, and answers in the order of the parts.
///
/// The first part is done by the calling thread; a single part starts no thread at all. While it waits for the others the
/// calling thread goes on asking whether the work is still wanted: some who watch can only be asked there.
pub(crate) fn map_parts<I: Send, O: Send>(parts: Vec<I>, work: impl Fn(I) -> O + Sync) -> Vec<O> {
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else { return Vec::new() };
    let watched = current();
    let (running, caller) = (AtomicUsize::new(parts.len()), thread::current());
    thread::scope(|scope| {
        let (work, watched, running, caller) = (&work, &watched, &running, &caller);
        let start = |part| {
            scope.spawn(move || {
                let _last = Running { running, caller };
                within(watched.clone(), || work(part))
            })
        };
        let others: Vec<_> = parts.map(start).collect();
        let mut done = vec![work(first)];
        while watched.is_some() && running.load(Ordering::Acquire) > 0 {
            // Those who are called off find out by themselves.
            let _ = checkpoint(0, None);
            thread::park_timeout(WAIT);
        }
        for other in others {
            match other.join() {
                Ok(output) => done.push(output),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

/// How long a thread waits for others before it asks again whether the work is still wanted.
const WAIT: Duration = Duration::from_millis(10);

/// One of the threads that run; tells the caller when it ends, be it by a panic.
struct Running<'a> {
    running: &'a AtomicUsize,
    caller: &'a Thread,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::Release);
        self.caller.unpark();
    }
}

/// `0..len` cut into at most `parts` ranges of nearly equal length.
pub(crate) fn ranges(len: usize, parts: usize) -> Vec<std::ops::Range<usize>> {
    let step = len.div_ceil(parts.max(1)).max(1);
    (0..len).step_by(step).map(|start| start..(start + step).min(len)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::{Progress, watched};

    #[test]
    fn answers_come_in_the_order_of_the_parts() {
        assert_eq!(map_parts(vec![3, 1, 2], |n| n * 10), [30, 10, 20]);
        assert!(map_parts(Vec::<u8>::new(), |n| n).is_empty());
    }

    #[test]
    fn the_caller_is_asked_while_it_waits_for_others() {
        let caller = thread::current().id();
        let impatient = Arc::new(move |_: Progress| thread::current().id() != caller);
        let done = watched(impatient, || {
            map_parts(vec![0, 10_000], |most| {
                (0..most).take_while(|_| checkpoint(1, None).is_ok()).inspect(|_| thread::sleep(WAIT)).count()
            })
        });
        assert_eq!(done[0], 0);
        assert!(done[1] < 10_000, "only the calling thread could say no");
    }

    #[test]
    fn ranges_cover_everything_once() {
        for (len, parts) in [(0, 2), (1, 2), (10, 3), (10, 10), (3, 8), (5, 0)] {
            let ranges = ranges(len, parts);
            assert!(ranges.len() <= parts.max(1));
            assert!(ranges.into_iter().flatten().eq(0..len));
        }
    }
}
