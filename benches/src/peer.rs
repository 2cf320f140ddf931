//! Peers that run in Python: see `peers/peer.py`.

use std::io::{BufRead as _, BufReader, Error, Lines, Result, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running peer: it has loaded its data and waits to be told to run.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    tell: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// Starts a peer on the columns in a folder, with the Python that `CRM_PEER_PYTHON` names.
    pub fn start(job: &str, folder: &Path) -> Result<Self> {
        let python = std::env::var_os("CRM_PEER_PYTHON").unwrap_or_else(|| "python3".into());
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/peer.py"))
            .arg(job)
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(tell), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::other("the peer cannot be talked to"));
        };
        let mut peer = Self { child, tell, answers: BufReader::new(answers).lines() };
        match peer.answer()?.as_str() {
            "ready" => Ok(peer),
            _ => Err(Error::other("the peer does not begin as agreed")),
        }
    }

    /// Runs once and gives the seconds, as the peer measures them, and its answer.
    pub fn run(&mut self) -> Result<(f64, String)> {
        self.tell.write_all(b"\n")?;
        let line = self.answer()?;
        let parts = line.split_once(' ').and_then(|(seconds, answer)| Some((seconds.parse().ok()?, answer.to_owned())));
        parts.ok_or_else(|| Error::other("the peer's answer is not as agreed"))
    }

    fn answer(&mut self) -> Result<String> {
        let gone = || Error::other("the peer has ended; scripts/peers.sh builds its environment");
        self.answers.next().ok_or_else(gone)?
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a column as the peers read it.
pub fn write_column<const N: usize>(folder: &Path, name: &str, values: impl Iterator<Item = [u8; N]>) -> Result<()> {
    let bytes: Vec<u8> = values.flatten().collect();
    std::fs::write(folder.join(name), bytes)
}
