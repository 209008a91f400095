//! How to get what is missing: each way is told only on a machine on which it leads there.

use super::layer::{Evidence, LAYERS};
use super::machine::{Container, GroupKeeper, Machine, NamespaceLock, User};
use super::profile;
use super::report::Row;
use portcullis_sandbox::Step;
use portcullis_sandbox::support::{Examination, NoLandlock, Rehearsal};

/// A way to get layers that are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    /// The layers it leads to.
    pub(super) layers: Vec<&'static str>,
    /// What is in the way, and what to do about it.
    pub(super) text: String,
    /// What to type, in order.
    pub(super) commands: Vec<String>,
    /// A file that the commands write.
    pub(super) file: Option<File>,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Where.
    pub(super) path: &'static str,
    /// What.
    pub(super) content: String,
}

/// The ways that lead to something missing here.
pub(super) fn all(rows: &[Row], seen: &Examination, machine: &Machine) -> Vec<Way> {
    let missing: Vec<_> = rows.iter().filter(|row| !row.finding.is_had()).map(|row| row.layer.name).collect();
    let mut out = enclosure(seen, machine);
    out.extend(identity(machine.user));
    out.extend(landlock(seen, machine));
    out.push(control_group(machine));
    for way in &mut out {
        way.layers.retain(|layer| missing.contains(layer));
    }
    out.retain(|way| !way.layers.is_empty());
    out
}

fn way(layers: Vec<&'static str>, text: &str, commands: &[&str]) -> Way {
    let commands = commands.iter().map(|&command| command.to_owned()).collect();
    Way { layers, text: text.to_owned(), commands, file: None }
}

/// The names of layers whose evidence is such.
fn named(wanted: impl Fn(&Evidence) -> bool) -> Vec<&'static str> {
    LAYERS.iter().filter(|layer| wanted(&layer.evidence)).map(|layer| layer.name).collect()
}

fn enclosed_layers() -> Vec<&'static str> {
    named(|evidence| matches!(evidence, Evidence::Enclosed(_) | Evidence::Captured | Evidence::Identity))
}

/// Ways to an enclosure, by where its making stopped.
fn enclosure(seen: &Examination, machine: &Machine) -> Vec<Way> {
    let Rehearsal::Stopped { step, .. } = &seen.enclosed else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for lock in &machine.namespace_locks {
        out.extend(match lock {
            // It lets a namespace be made and then refuses what one is made for, so the step may be any.
            NamespaceLock::AppArmor if machine.container.is_none() => Some(apparmor(machine)),
            // The host's profiles do not reach into a container by path.
            NamespaceLock::AppArmor => None,
            NamespaceLock::Count => (*step == Step::Namespaces).then(|| {
                sysctl(
                    "user.max_user_namespaces is 0: nobody may make user namespaces",
                    "user.max_user_namespaces=16384",
                )
            }),
            NamespaceLock::Clone => (*step == Step::Namespaces).then(|| {
                sysctl(
                    "kernel.unprivileged_userns_clone is 0: ordinary users may make no user namespaces",
                    "kernel.unprivileged_userns_clone=1",
                )
            }),
        });
    }
    out.extend(machine.container.map(|container| contained(container, *step)));
    out
}

fn apparmor(machine: &Machine) -> Way {
    let text = "kernel.apparmor_restrict_unprivileged_userns is 1: only programs with an AppArmor profile may make user \
                namespaces. Give this one a profile. It holds for whatever file stands at that path: let nobody but root \
                write there";
    let file = machine.program.as_deref().and_then(|program| profile::of(program).ok());
    let program =
        machine.program.as_deref().map_or_else(|| "portcullis".into(), |path| path.to_string_lossy());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+');
    let program = if program.chars().all(plain) {
        program.into_owned()
    } else {
        format!("'{}'", program.replace('\'', r"'\''"))
    };
    Way {
        layers: enclosed_layers(),
        text: text.to_owned(),
        commands: vec![
            format!("{program} doctor --apparmor-profile | sudo tee {}", profile::FILE),
            format!("sudo apparmor_parser -r {}", profile::FILE),
        ],
        file: file.map(|content| File { path: profile::FILE, content }),
    }
}

fn sysctl(text: &str, setting: &str) -> Way {
    let name = setting.split('=').next().unwrap_or(setting);
    let keep = format!("echo {setting} | sudo tee /etc/sysctl.d/60-{name}.conf");
    let text =
        format!("{text}. Let them, now and after the next start (in a container or a jail: outside of it)");
    way(enclosed_layers(), &text, &[&keep, "sudo sysctl --system"])
}

/// The command that starts a container.
const fn runner(container: Container) -> &'static str {
    match container {
        Container::Docker => "docker run",
        Container::Podman => "podman run",
    }
}

fn contained(container: Container, step: Step) -> Way {
    let unmasked = match container {
        Container::Docker => "systempaths=unconfined",
        Container::Podman => "unmask=ALL",
    };
    let options = match step {
        // A new /proc may show no more than the one around it, and that one has masks on it.
        Step::Processes => format!("--security-opt {unmasked}"),
        Step::Namespaces => "--security-opt seccomp=unconfined".to_owned(),
        _ => "--security-opt seccomp=unconfined --security-opt apparmor=unconfined".to_owned(),
    };
    let text = "this runs in a container, which refuses what a jail is made of. Start the container so that it does not: \
                the tools in it stay in their jails. Or leave it so and be content with tier T2";
    way(enclosed_layers(), text, &[&format!("{} {options} ...", runner(container))])
}

fn identity(user: User) -> Option<Way> {
    let layers = named(|evidence| matches!(evidence, Evidence::Identity));
    (user == User::Root)
        .then(|| way(layers, "start portcullis as an ordinary user: root it need not be", &[]))
}

fn landlock(seen: &Examination, machine: &Machine) -> Option<Way> {
    let all = named(|evidence| {
        matches!(evidence, Evidence::Landlock(_) | Evidence::LandlockSince(..) | Evidence::Open(_))
    });
    match (seen.no_landlock, seen.support.landlock) {
        (Some(NoLandlock::SwitchedOff), _) => {
            let others = machine.security_modules.as_deref().filter(|list| !list.is_empty());
            let list = others.map_or_else(|| "landlock,...".to_owned(), |list| format!("landlock,{list}"));
            let text = format!(
                "the kernel has Landlock and did not switch it on. Give it `lsm={list}` at boot: add that to \
                 GRUB_CMDLINE_LINUX in /etc/default/grub{}, then",
                if others.is_some() { "" } else { ", with the modules you have in place of the dots" },
            );
            Some(way(all, &text, &["sudo update-grub", "sudo reboot"]))
        }
        (Some(_), _) if let Some(container) = machine.container => Some(way(
            all,
            "this runs in a container, whose filter may hide Landlock: try without",
            &[&format!("{} --security-opt seccomp=unconfined ...", runner(container))],
        )),
        (Some(_), _) => Some(way(
            all,
            "take a kernel with Landlock: Linux 5.13 or newer, built with CONFIG_SECURITY_LANDLOCK",
            &[],
        )),
        (None, Some(version)) => {
            let newest = LAYERS.iter().filter_map(|layer| match layer.evidence {
                Evidence::LandlockSince(since, kernel) if version < since => Some((since, kernel)),
                _ => None,
            });
            newest.max_by_key(|(since, _)| *since).map(|(since, kernel)| {
                let text = format!("take a newer kernel: Linux {kernel} has Landlock {since}");
                way(named(|evidence| matches!(evidence, Evidence::LandlockSince(..))), &text, &[])
            })
        }
        (None, None) => None,
    }
}

fn control_group(machine: &Machine) -> Way {
    let layers = named(|evidence| matches!(evidence, Evidence::ControlGroup));
    match (machine.groups, machine.user) {
        (GroupKeeper::Systemd, User::Ordinary) => way(
            layers,
            "start portcullis in a control group that is given to you",
            &["systemd-run --user --scope -p Delegate=yes portcullis ..."],
        ),
        (GroupKeeper::Systemd, User::Root) => way(
            layers,
            "start portcullis in a control group of its own",
            &["systemd-run --scope -p Delegate=yes portcullis ..."],
        ),
        (GroupKeeper::Unknown, _) => way(
            layers,
            "start portcullis in a control group (version 2) whose folder its user may write, with nothing else in it",
            &[],
        ),
    }
}
