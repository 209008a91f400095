//! What every program gets and what none does, whatever the policy: data, each entry with its reason.
//!
//! Nothing is taken over whole from the profiles that macOS brings (`bsd.sb`, `system.sb`): they permit starting programs and reading
//! every value of the kernel's.

use super::SeatbeltError;
use super::path::CheckedPath;
use super::rule::{Filter, Operation, Rule};
use std::path::Path;

/// Something, and why.
pub(super) type Reasoned<T> = (T, &'static str);

/// Operations that are refused altogether; some of them are open under `(deny default)`.
pub(super) const REFUSED: &[Reasoned<Operation>] = &[
    (Operation::ProcessInfo, "open by default: the command lines of other processes"),
    (Operation::Nvram, "open by default: what the machine starts from"),
    (Operation::IokitGetProperties, "open by default: serial numbers of the machine"),
    (
        Operation::FileMapExecutable,
        "open by default: code is mapped from where it may be read, and from nowhere else",
    ),
    (Operation::IokitOpen, "drivers are the widest way into the kernel"),
    (Operation::IpcPosixShm, "memory shared with other processes of the user"),
    (Operation::Network, "every address, and every socket of the machine's services"),
];

/// Trees that programs are loaded from.
pub(super) const TREES: &[Reasoned<&str>] = &[
    ("/usr/lib", "the loader, and the libraries that are not in its cache"),
    ("/System/Library/Frameworks", "frameworks of the system"),
    ("/System/Library/PrivateFrameworks", "frameworks that those are made of"),
    ("/System/Library/SubFrameworks", "the same, since macOS 15"),
    ("/System/Library/dyld", "the loader's cache, up to macOS 12"),
    ("/System/Cryptexes/OS", "the loader's cache, since macOS 13"),
    ("/System/Volumes/Preboot/Cryptexes/OS", "where that one really is"),
    ("/private/var/db/dyld", "the loader's closures"),
    ("/Library/Apple/usr/lib", "libraries of Rosetta"),
    ("/Library/Apple/usr/libexec/oah", "Rosetta itself, for programs of the other processor"),
];

/// Files and trees without code.
pub(super) const DATA: &[Reasoned<&str>] = &[
    ("/private/var/db/timezone", "the rules of time zones"),
    ("/usr/share/zoneinfo.default", "the same, as installed"),
    ("/usr/share/icu", "letters and their order"),
    ("/usr/share/locale", "the C library's languages"),
];

/// Single files that are read.
pub(super) const FILES: &[Reasoned<&str>] = &[
    ("/", "the loader opens the root folder, and aborts without"),
    ("/dev/null", "redirections"),
    ("/dev/zero", "memory of some runtimes"),
    ("/dev/random", "keys and hash seeds"),
    ("/dev/urandom", "keys and hash seeds"),
    ("/private/etc/localtime", "a link to the time zone"),
    ("/System/Library/CoreServices/SystemVersion.plist", "runtimes ask for the version of the system"),
    ("/System/Library/CoreServices/.SystemVersionPlatform.plist", "what the former leads to"),
];

/// Links that paths begin with.
pub(super) const LINKS: &[Reasoned<&str>] = &[
    ("/etc", "a link to `/private/etc`"),
    ("/tmp", "a link to `/private/tmp`"),
    ("/var", "a link to `/private/var`"),
];

/// Devices that are written.
pub(super) const SINKS: &[Reasoned<&str>] =
    &[("/dev/null", "redirections"), ("/dev/zero", "opened for both by some runtimes")];

/// The device that the loader tells about probes; some systems end a program that may not open it.
const PROBES: Reasoned<&str> = ("/dev/dtracehelper", "the loader opens it at every start");

/// Services of the system. Each is a way out of the jail into a process that is not in one.
///
/// Left out on purpose: `com.apple.trustd` and `.agent`, which Go's TLS asks, because they fetch what a certificate names and so are
/// a way to any host; the resolver, because names are the broker's; the log, because it is written to.
pub(super) const SERVICES: &[Reasoned<&str>] = &[(
    "com.apple.system.opendirectoryd.libinfo",
    "`getpwuid`, which most runtimes call to find the home folder",
)];

/// Values of the kernel's.
pub(super) const VALUES: &[Reasoned<&str>] = &[
    ("hw.activecpu", "how many threads to start"),
    ("hw.byteorder", "what the processor is"),
    ("hw.cachelinesize", "layout in memory"),
    ("hw.cachelinesize_compat", "the same, by its old name"),
    ("hw.cpufamily", "what the processor can do"),
    ("hw.cputype", "what the processor is"),
    ("hw.logicalcpu", "how many threads to start"),
    ("hw.logicalcpu_max", "how many threads to start"),
    ("hw.machine", "`uname`"),
    ("hw.memsize", "sizes of heaps"),
    ("hw.ncpu", "how many threads to start"),
    ("hw.pagesize", "layout in memory"),
    ("hw.pagesize_compat", "the same, by its old name"),
    ("hw.physicalcpu", "how many threads to start"),
    ("hw.physicalcpu_max", "how many threads to start"),
    ("kern.argmax", "how long a command line may be"),
    ("kern.maxfilesperproc", "`sysconf`"),
    ("kern.osproductversion", "the version of the system"),
    ("kern.osrelease", "`uname`"),
    ("kern.ostype", "`uname`"),
    ("kern.osvariant_status", "the C library asks at every start"),
    ("kern.osversion", "the version of the system"),
    ("kern.secure_kernel", "the C library asks at every start"),
    ("kern.usrstack64", "where the stack ends: Rust and Go ask at every start"),
    ("kern.version", "`uname`"),
    ("sysctl.proc_cputype", "whether Rosetta translates"),
];

/// The rules that refuse, which come first.
pub(super) fn refused() -> Vec<Rule> {
    REFUSED.iter().map(|(operation, _)| Rule::refuse(&[*operation], [])).collect()
}

/// The rules that permit.
pub(super) fn permitted() -> Result<Vec<Rule>, SeatbeltError> {
    use Operation::{
        FileIoctl, FileMapExecutable, FileRead, FileReadData, FileReadMetadata, FileWriteData, MachLookup,
        ProcessInfo, Signal, SysctlRead,
    };
    let mut above = above(&[TREES, DATA, FILES, SINKS, &[PROBES]])?;
    above.extend(each(LINKS, Filter::Literal)?);
    Ok(vec![
        Rule::permit(&[Signal], [Filter::SameSandbox]),
        Rule::permit(&[ProcessInfo], [Filter::SameSandbox]),
        Rule::permit(&[SysctlRead], VALUES.iter().map(|(name, _)| Filter::Value(name))),
        Rule::permit(&[MachLookup], SERVICES.iter().map(|(name, _)| Filter::Service(name))),
        Rule::permit(&[FileReadMetadata], above),
        Rule::permit(&[FileRead, FileMapExecutable], each(TREES, Filter::Subpath)?),
        Rule::permit(
            &[FileRead],
            each(DATA, Filter::Subpath)?.into_iter().chain(each(FILES, Filter::Literal)?),
        ),
        Rule::permit(&[FileWriteData], each(SINKS, Filter::Literal)?),
        Rule::permit(&[FileReadData, FileWriteData, FileIoctl], each(&[PROBES], Filter::Literal)?),
    ])
}

fn each(list: &[Reasoned<&str>], filter: fn(CheckedPath) -> Filter) -> Result<Vec<Filter>, SeatbeltError> {
    list.iter().map(|(path, _)| Ok(filter(CheckedPath::parse(Path::new(path))?))).collect()
}

fn above(lists: &[&[Reasoned<&str>]]) -> Result<Vec<Filter>, SeatbeltError> {
    let mut out = Vec::new();
    for (path, _) in lists.iter().copied().flatten() {
        out.extend(CheckedPath::parse(Path::new(path))?.above().into_iter().map(Filter::Literal));
    }
    Ok(out)
}
