//! What the operating system knows about processes. Linux only; elsewhere nothing is known and nothing is kept.

/// What the processes that this one has started and waited for have used.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// Processor time of all of them, in seconds.
    pub seconds: f64,
    /// The greatest memory that one of them held, in bytes. It counts from what this process had when it started them.
    pub peak: f64,
}

/// Keeps this process, and those that it starts, to so many cores.
#[cfg(target_os = "linux")]
pub fn keep_to(cores: usize) -> std::io::Result<()> {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this)?;
    let mut chosen = CpuSet::new();
    for cpu in (0..CpuSet::count()).filter(|&cpu| allowed.is_set(cpu) == Ok(true)).take(cores) {
        chosen.set(cpu)?;
    }
    Ok(sched_setaffinity(this, &chosen)?)
}

/// What children have used.
#[cfg(target_os = "linux")]
pub fn children() -> Option<Used> {
    use nix::sys::resource::{UsageWho, getrusage};

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let seconds = seconds(usage.user_time()) + seconds(usage.system_time());
    Some(Used { seconds, peak: usage.max_rss() as f64 * 1024.0 })
}

/// Keeps this process, and those that it starts, to so many cores.
#[cfg(not(target_os = "linux"))]
pub fn keep_to(_cores: usize) -> std::io::Result<()> {
    Ok(())
}

/// What children have used.
#[cfg(not(target_os = "linux"))]
pub fn children() -> Option<Used> {
    None
}
