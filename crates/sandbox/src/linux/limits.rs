//! Ceilings that the kernel holds for each process: `setrlimit(2)`.
//!
//! The number of processes counts within the jail's own user namespace alone; in tier T2, where there is none, it counts all of
//! the user's processes, and so is left as it was.

use crate::plan::Ceilings;
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Sets them. `counted`: the jail's processes are counted by themselves, in a user namespace of its own.
pub(super) fn apply(ceilings: &Ceilings, counted: bool) -> Result<(), Errno> {
    lower(Resource::Core, 0)?;
    lower(Resource::Nofile, ceilings.open_files)?;
    lower(Resource::Fsize, ceilings.file_size)?;
    if let Some(processes) = ceilings.processes.filter(|_| counted) {
        lower(Resource::Nproc, processes)?;
    }
    // Locked memory is memory that cannot be taken back; a little is what cryptographic libraries ask for.
    lower(Resource::Memlock, 8 << 20)?;
    lower(Resource::Msgqueue, 0)?;
    lower(Resource::Rtprio, 0)
}

/// Sets a limit that cannot be raised again, never above what it was.
fn lower(resource: Resource, limit: u64) -> Result<(), Errno> {
    let old = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let limit = Some(limit.min(old));
    setrlimit(resource, Rlimit { current: limit, maximum: limit })
}
