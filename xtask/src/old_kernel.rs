//! Fetches the kernel that the test on an old kernel boots: Debian 12's own for virtual machines, out of its package and
//! with nothing of it installed. It boots nothing.

use crate::call::{Call, Stream};
use anyhow::{Context, Result, bail};
use portcullis_e2e::{old_kernel, places};
use std::path::{Path, PathBuf};

/// The line of kernels: all of it has the same interfaces.
const LINE: &str = "6.1.0";

/// Which of the line, as long as it can be had: Debian keeps only the last few.
const PINNED: u32 = 56;

/// What to do where it cannot be had.
pub(crate) const NO_APT: &str = "needs apt-get and dpkg-deb with the packages of Debian 12";

/// Whether there is anything to fetch it with.
pub(crate) fn can_be_fetched() -> bool {
    ["apt-get", "dpkg-deb"].into_iter().all(|tool| Call::new(tool).arg("--version").works())
}

/// Fetches it unless it is there.
pub(crate) fn fetch() -> Result<bool> {
    let path = places::root().join(old_kernel::KERNEL);
    let folder = path.parent().context("the kernel has no folder")?;
    // What was pinned when it was fetched, whatever could be had then.
    let stamp = folder.join("pinned");
    if path.exists() && std::fs::read_to_string(&stamp).is_ok_and(|pinned| pinned == package(PINNED)) {
        return Ok(true);
    }
    clear(folder)?;
    if !download(PINNED, folder)? {
        let Some(newest) = newest()? else { return Ok(false) };
        if !download(newest, folder)? {
            return Ok(false);
        }
    }
    let unpacked = folder.join("unpacked");
    let file = only_file(folder, "linux-image-")?;
    if !Call::new("dpkg-deb").arg("--extract").arg(&file).arg(&unpacked).run()? {
        return Ok(false);
    }
    let found = only_file(&unpacked.join("boot"), "vmlinuz-")?;
    std::fs::rename(found, path).context("cannot keep the kernel")?;
    std::fs::remove_dir_all(&unpacked).context("cannot remove the rest of the kernel's package")?;
    std::fs::remove_file(file).context("cannot remove the kernel's package")?;
    std::fs::write(stamp, package(PINNED)).context("cannot mark the kernel as fetched")?;
    Ok(true)
}

/// Fetches the package of one number into the folder; whether there is one.
fn download(number: u32, folder: &Path) -> Result<bool> {
    Call::new("apt-get").arg("download").arg(package(number)).within(folder).run()
}

/// The newest of the line that can be had.
fn newest() -> Result<Option<u32>> {
    let mut found = None;
    let call = Call::new("apt-cache").args(["pkgnames", &format!("linux-image-{LINE}-")]);
    call.read(Stream::Out, |line| found = found.max(number(line)))?;
    Ok(found)
}

fn package(number: u32) -> String {
    format!("linux-image-{LINE}-{number}-cloud-amd64")
}

/// The number of a package of the line.
fn number(name: &str) -> Option<u32> {
    let number = name.split('-').nth(3)?.parse().ok()?;
    (package(number) == name).then_some(number)
}

/// The one file of a folder whose name starts so.
fn only_file(folder: &Path, start: &str) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let found: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(start))
        .map(|entry| entry.path())
        .collect();
    let [file] = found.as_slice() else { bail!("`{}` holds {} of `{start}`", folder.display(), found.len()) };
    Ok(file.clone())
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot clear `{}`", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn only_packages_of_the_line_count_and_they_count_by_number() {
        let rows = [
            ("linux-image-6.1.0-56-cloud-amd64", Some(56)),
            ("linux-image-6.1.0-9-cloud-amd64", Some(9)),
            ("linux-image-6.1.0-57-cloud-amd64-unsigned", None),
            ("linux-image-6.1.0-57-amd64", None),
            ("linux-image-6.12.100+deb12-cloud-amd64", None),
            ("linux-image-cloud-amd64", None),
        ];
        for (name, wanted) in rows {
            assert_eq!(number(name), wanted, "{name}");
        }
        assert_eq!(rows.iter().filter_map(|(name, _)| number(name)).max(), Some(56));
    }
}
