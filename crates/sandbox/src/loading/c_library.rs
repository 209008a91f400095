//! What the C library itself opens while a program runs: languages, time zones, character sets, the ways to look up
//! users and hosts. Taken from the system's folders only, wherever the program says its C library is.

use super::guard::Guard;
use super::libraries::{Libraries, Loader, Scope, standard_folders};
use super::parts::Parts;
use std::path::Path;

/// Ways to look up users and hosts that the settings of a system may name.
const LOOKUPS: &[&str] = &[
    "libnss_files.so.2",
    "libnss_dns.so.2",
    "libnss_compat.so.2",
    "libnss_myhostname.so.2",
    "libnss_mymachines.so.2",
    "libnss_mdns4_minimal.so.2",
    "libnss_resolve.so.2",
    "libnss_systemd.so.2",
];

/// A thread that ends itself needs it, and no header says so.
const UNWINDER: &str = "libgcc_s.so.1";

/// Adds the time zones. Programs that bring their C library with them, or have none, open them too.
pub(super) fn add_time_zones(parts: &mut Parts, guard: &Guard) {
    tree(parts, guard, Path::new("/usr/share/zoneinfo"), "time zones");
}

fn tree(parts: &mut Parts, guard: &Guard, path: &Path, what: &str) {
    if path.is_dir() && guard.tree(path).is_ok() {
        parts.tree(path, || what.to_owned());
    }
}

/// Adds what the C library of a program opens.
pub(super) fn add(
    parts: &mut Parts,
    guard: &Guard,
    libraries: &mut Libraries<'_>,
    program: &Path,
    scope: &mut Scope,
) {
    if scope.loader == Loader::Musl {
        return;
    }
    tree(parts, guard, Path::new("/usr/lib/locale"), "languages of the C library");
    let Some(folder) = scope.c_library.as_deref().and_then(Path::parent).map(Path::to_owned) else {
        return;
    };
    if !standard_folders().any(|standard| folder == Path::new(&standard)) {
        return;
    }
    let gconv = folder.join("gconv");
    if gconv.join("gconv-modules").exists() || gconv.join("gconv-modules.cache").exists() {
        tree(parts, guard, &gconv, "character sets of the C library");
    }
    for name in LOOKUPS {
        if folder.join(name).exists() {
            libraries.named(parts, name, program, scope);
        }
    }
    libraries.named(parts, UNWINDER, program, scope);
}
