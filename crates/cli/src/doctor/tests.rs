//! What the command says on machines of several kinds, made up.

use super::machine::{Container, GroupKeeper, Machine, NamespaceLock, User};
use super::report::Report;
use super::{json, text};
use crate::edge::Colour;
use expect_test::{Expect, expect, expect_file};
use portcullis_policy::manifest::Tier;
use portcullis_sandbox::Step;
use portcullis_sandbox::support::{Breach, Examination, Had, NoLandlock, Rehearsal, Support};

/// What an examination comes to, by the rule that the sandbox has.
fn examination(enclosed: Rehearsal, open: Option<Rehearsal>, landlock: Option<u32>) -> Examination {
    let support = Support {
        enclosure: Had::from(&enclosed),
        landlock,
        seccomp: open.as_ref().map_or(Had::No("it is not used without Landlock".into()), Had::from),
        identity: Had::Yes("user 1000 outside".into()),
        ordinary_user: Had::Yes("an ordinary user".into()),
        control_group: Had::Yes("groups can be made and hold memory and processes".into()),
    };
    let captured = (enclosed == Rehearsal::Held)
        .then(|| Had::Yes("a connection to 192.0.2.1 port 9 arrived out here, as addressed".into()));
    Examination { support, enclosed, open, captured, no_landlock: None }
}

fn stopped(step: Step, why: &str) -> Rehearsal {
    let why = format!("could not {}: {why}", step.describe());
    Rehearsal::Stopped { step, why }
}

fn machine() -> Machine {
    Machine {
        program: Some("/usr/local/bin/portcullis".into()),
        groups: GroupKeeper::Systemd,
        security_modules: Some("lockdown,capability,yama,apparmor".into()),
        ..Machine::default()
    }
}

fn plain(report: &Report) -> String {
    text::of(report, Colour::Plain)
}

#[test]
fn a_machine_with_everything() {
    let seen = examination(Rehearsal::Held, Some(Rehearsal::Held), Some(7));
    let report = Report::of(&seen, &machine(), Tier::T1);
    assert!(report.is_enough() && report.ways.is_empty());
    expect_file!["../../tests/expected/doctor-everything.txt"].assert_eq(&plain(&report));
}

#[test]
fn stock_ubuntu_whose_apparmor_refuses_what_namespaces_are_for() {
    let refused = stopped(Step::Loopback, "Operation not permitted (os error 1)");
    let mut seen = examination(refused, Some(Rehearsal::Held), Some(4));
    seen.support.control_group = Had::No("`/sys/fs/cgroup/user.slice` is not given to this user".into());
    let machine = Machine { namespace_locks: vec![NamespaceLock::AppArmor], ..machine() };
    let report = Report::of(&seen, &machine, Tier::T2);
    assert!(report.is_enough());
    expect_file!["../../tests/expected/doctor-apparmor.txt"].assert_eq(&plain(&report));
    expect_file!["../../tests/expected/doctor-apparmor.json"].assert_eq(&json::of(&report));
}

#[test]
fn a_hardened_container() {
    let refused = stopped(Step::Namespaces, "Operation not permitted (os error 1)");
    let mut seen = examination(refused, Some(Rehearsal::Held), Some(6));
    seen.support.identity = Had::Yes("user 1879052288 outside".into());
    seen.support.ordinary_user = Had::No("root, and without a user namespace it stays that".into());
    let machine = Machine {
        container: Some(Container::Docker),
        user: User::Root,
        groups: GroupKeeper::Unknown,
        ..machine()
    };
    let report = Report::of(&seen, &machine, Tier::T1);
    assert!(!report.is_enough() && report.has_way_to_what_is_required());
    expect_file!["../../tests/expected/doctor-container.txt"].assert_eq(&plain(&report));
}

#[test]
fn landlock_was_not_switched_on() {
    let mut seen = examination(Rehearsal::Held, None, None);
    seen.no_landlock = Some(NoLandlock::SwitchedOff);
    let report = Report::of(&seen, &machine(), Tier::T2);
    assert_eq!((report.tier, report.is_enough()), (Tier::T3, false));
    expect_file!["../../tests/expected/doctor-no-landlock.txt"].assert_eq(&plain(&report));
}

/// The ways that are told, each by its text's beginning and its commands.
fn ways(seen: &Examination, machine: &Machine, wanted: &Expect) {
    let report = Report::of(seen, machine, Tier::T2);
    let told = report.ways.iter().map(|way| {
        let start: String = way.text.chars().take(60).collect();
        let lines: Vec<_> = std::iter::once(&start).chain(&way.commands).cloned().collect();
        lines.join("\n  ") + "\n"
    });
    wanted.assert_eq(&told.collect::<String>());
}

#[test]
fn a_way_is_told_only_where_it_leads_somewhere() {
    let refused = |step| examination(stopped(step, "no"), Some(Rehearsal::Held), Some(7));
    let every_lock = vec![NamespaceLock::AppArmor, NamespaceLock::Clone, NamespaceLock::Count];
    let locked = Machine { namespace_locks: every_lock, ..machine() };
    ways(
        &refused(Step::Namespaces),
        &locked,
        &expect![[r#"
            kernel.apparmor_restrict_unprivileged_userns is 1: only prog
              /usr/local/bin/portcullis doctor --apparmor-profile | sudo tee /etc/apparmor.d/portcullis
              sudo apparmor_parser -r /etc/apparmor.d/portcullis
            kernel.unprivileged_userns_clone is 0: ordinary users may ma
              echo kernel.unprivileged_userns_clone=1 | sudo tee /etc/sysctl.d/60-kernel.unprivileged_userns_clone.conf
              sudo sysctl --system
            user.max_user_namespaces is 0: nobody may make user namespac
              echo user.max_user_namespaces=16384 | sudo tee /etc/sysctl.d/60-user.max_user_namespaces.conf
              sudo sysctl --system
        "#]],
    );
    // The settings are no matter where an enclosure was had, or broke down over something else.
    ways(&examination(Rehearsal::Held, Some(Rehearsal::Held), Some(7)), &locked, &expect![[r#""#]]);
    let broken = examination(Rehearsal::Broken(vec![Breach::Unshared]), Some(Rehearsal::Held), Some(7));
    ways(&broken, &locked, &expect![[r#""#]]);
    ways(&refused(Step::Processes), &machine(), &expect![[r#""#]]);
    // In a container profiles are the host's; what a container masks, it can be asked not to.
    let podman = Machine { container: Some(Container::Podman), ..locked.clone() };
    ways(
        &refused(Step::Processes),
        &podman,
        &expect![[r#"
        this runs in a container, which refuses what a jail is made 
          podman run --security-opt unmask=ALL ...
    "#]],
    );
    ways(
        &examination(Rehearsal::Held, Some(Rehearsal::Held), Some(3)),
        &machine(),
        &expect![[r#"
        take a newer kernel: Linux 6.12 has Landlock 6
    "#]],
    );
    let mut rootly = examination(Rehearsal::Held, Some(Rehearsal::Held), Some(7));
    rootly.support.identity = Had::No("root".into());
    ways(
        &rootly,
        &Machine { user: User::Root, ..machine() },
        &expect![[r#"
        start portcullis as an ordinary user: root it need not be
    "#]],
    );
    let mut ungrouped = examination(Rehearsal::Held, Some(Rehearsal::Held), Some(7));
    ungrouped.support.control_group = Had::No("no".into());
    ways(
        &ungrouped,
        &machine(),
        &expect![[r#"
        start portcullis in a control group that is given to you
          systemd-run --user --scope -p Delegate=yes portcullis ...
    "#]],
    );
    ways(
        &ungrouped,
        &Machine { user: User::Root, ..machine() },
        &expect![[r#"
        start portcullis in a control group of its own
          systemd-run --scope -p Delegate=yes portcullis ...
    "#]],
    );
}

#[test]
fn a_breach_is_shown_where_it_happened_and_costs_the_tier() {
    let seen = examination(
        Rehearsal::Broken(vec![Breach::Connected]),
        Some(Rehearsal::Broken(vec![Breach::Listed])),
        Some(7),
    );
    let report = Report::of(&seen, &machine(), Tier::T3);
    assert!(!Report::of(&seen, &machine(), Tier::T1).has_way_to_what_is_required());
    assert_eq!((report.tier, report.is_enough()), (Tier::T3, true));
    let lacking: Vec<_> =
        report.rows.iter().filter(|row| row.finding.word() == "no").map(|row| row.layer.name).collect();
    assert_eq!(lacking, ["network namespace", "Landlock"]);
    let rights = report.rows.iter().filter(|row| row.layer.name.starts_with("Landlock: "));
    assert!(rights.clone().all(|row| row.finding.word() == "untried") && rights.count() == 5);
}

#[test]
fn colours_change_no_word() {
    let refused = stopped(Step::Namespaces, "no");
    let seen = examination(refused, Some(Rehearsal::Held), Some(2));
    let report = Report::of(&seen, &machine(), Tier::T2);
    let mut coloured = text::of(&report, Colour::Ansi);
    for code in [1, 31, 32, 33] {
        assert!(coloured.contains(&format!("\u{1b}[{code}m")));
        coloured = coloured.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(coloured.replace("\u{1b}[0m", ""), plain(&report));
}
