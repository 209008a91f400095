//! A machine without hardware: QEMU, computing every instruction itself, with one kernel, one file system in memory, one
//! serial line, no disk and no network.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a machine may live.
const LIFE: Duration = Duration::from_secs(110);

const PROGRAM: &str = "qemu-system-x86_64";

const HARDWARE: &[&str] = &[
    "-accel",
    "tcg",
    "-cpu",
    "max",
    "-m",
    "512",
    "-nodefaults",
    "-no-user-config",
    "-no-reboot",
    "-nic",
    "none",
    "-display",
    "none",
    "-monitor",
    "none",
    "-serial",
    "stdio",
];

/// Little is said on the serial line but by the first process; a kernel that panics ends the machine.
const KERNEL_WORDS: &str = "console=ttyS0 loglevel=1 panic=-1";

/// A machine that is ended with the test, however the test ends.
struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        // Gone already, if it cannot be ended.
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// Whether there is a program to make machines with.
pub(crate) fn can_be_made() -> bool {
    let mut command = command();
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Boots a machine and lets it live until it turns itself off or its time is over. All that came over its serial line.
pub(crate) fn run(kernel: &Path, files: &Path) -> io::Result<String> {
    let mut command = command();
    command.args(HARDWARE).arg("-kernel").arg(kernel).arg("-initrd").arg(files);
    command.args(["-append", KERNEL_WORDS]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut machine = Machine(command.spawn()?);
    let mut line =
        machine.0.stdout.take().ok_or_else(|| io::Error::other("the machine has no serial line"))?;
    let (sender, receiver) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = line.read_to_end(&mut bytes);
        // Nobody waits for it if the machine's time was over.
        let _told = sender.send(());
        read.map(|_| String::from_utf8_lossy(&bytes).into_owned())
    });
    let in_time = receiver.recv_timeout(LIFE).is_ok();
    drop(machine);
    let text = reader.join().map_err(|_| io::Error::other("the serial line could not be read"))??;
    if in_time { Ok(text) } else { Err(io::Error::other(format!("not off after {LIFE:?}:\n{text}"))) }
}

#[expect(clippy::disallowed_methods, reason = "a test starts its own machine: the product runs in it")]
fn command() -> Command {
    Command::new(PROGRAM)
}
