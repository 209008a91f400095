//! What the machine says about itself: settings that explain why a layer cannot be had. Never a reason to believe that one
//! can: that is found out by doing it.

use std::path::{Path, PathBuf};

/// What was read. Nothing of it is a protection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Machine {
    /// This program's file, free of symbolic links.
    pub(super) program: Option<PathBuf>,
    /// Whose process this is.
    pub(super) user: User,
    /// The container that this runs in, if it does.
    pub(super) container: Option<Container>,
    /// Which setting keeps user namespaces from being made.
    pub(super) namespace_locks: Vec<NamespaceLock>,
    /// The security modules that the kernel runs, as it lists them.
    pub(super) security_modules: Option<String>,
    /// Who hands out control groups.
    pub(super) groups: GroupKeeper,
}

/// Whose process this is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum User {
    /// Root's.
    Root,
    /// Somebody else's.
    #[default]
    Ordinary,
}

/// What kind of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// Docker's.
    Docker,
    /// Podman's, or one that leaves the same mark.
    Podman,
}

/// A setting that keeps user namespaces from being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamespaceLock {
    /// `kernel.apparmor_restrict_unprivileged_userns` is 1: programs without a profile get none.
    AppArmor,
    /// `user.max_user_namespaces` is 0: nobody gets one.
    Count,
    /// `kernel.unprivileged_userns_clone` is 0: ordinary users get none.
    Clone,
}

/// Who hands out control groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum GroupKeeper {
    /// systemd, which can be asked for one.
    Systemd,
    /// Somebody else.
    #[default]
    Unknown,
}

impl Machine {
    /// Reads everything.
    pub(super) fn read() -> Self {
        let exists = |path: &str| Path::new(path).exists();
        let user = if rustix::process::geteuid().is_root() { User::Root } else { User::Ordinary };
        let container = if exists("/run/.containerenv") {
            Some(Container::Podman)
        } else {
            exists("/.dockerenv").then_some(Container::Docker)
        };
        let groups = if exists("/run/systemd/system") { GroupKeeper::Systemd } else { GroupKeeper::Unknown };
        Self {
            program: std::env::current_exe().and_then(|path| path.canonicalize()).ok(),
            user,
            container,
            namespace_locks: locks(user, setting),
            security_modules: setting("/sys/kernel/security/lsm"),
            groups,
        }
    }
}

/// The locks that hold for this user, by what settings say.
fn locks(user: User, setting: impl Fn(&str) -> Option<String>) -> Vec<NamespaceLock> {
    let reads = |path: &str, value: &str| setting(path).is_some_and(|found| found == value);
    let mut out = Vec::new();
    // Root is not held by these two.
    if user == User::Ordinary {
        if reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1") {
            out.push(NamespaceLock::AppArmor);
        }
        if reads("/proc/sys/kernel/unprivileged_userns_clone", "0") {
            out.push(NamespaceLock::Clone);
        }
    }
    if reads("/proc/sys/user/max_user_namespaces", "0") {
        out.push(NamespaceLock::Count);
    }
    out
}

/// What a file of the kernel says, if it is there.
fn setting(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_read_for_whom_they_hold() {
        use NamespaceLock::{AppArmor, Clone, Count};
        let locked = |path: &str| {
            let value = if path.ends_with("apparmor_restrict_unprivileged_userns") { "1" } else { "0" };
            Some(value.to_owned())
        };
        let open = |path: &str| {
            let value = if path.ends_with("apparmor_restrict_unprivileged_userns") { "0" } else { "1" };
            Some(value.to_owned())
        };
        assert_eq!(locks(User::Ordinary, locked), [AppArmor, Clone, Count]);
        assert_eq!(locks(User::Root, locked), [Count]);
        assert_eq!(locks(User::Ordinary, open), []);
        assert_eq!(locks(User::Ordinary, |_| None), []);
    }
}
