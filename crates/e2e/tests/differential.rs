//! The decision and the kernel, side by side: what `decide` denies the kernel denies, and what it allows the kernel allows, unless
//! the plan names a gap for it. Generated policies over a small world, in both tiers, as root and as an ordinary user.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop on bad input")]
#![expect(clippy::disallowed_methods, reason = "the test starts the driver of the jail")]

use portcullis_e2e::{compiled, example, skip};
use portcullis_policy::action::{Access, Spawn, UsePath};
use portcullis_policy::value::{AbsPath, Surroundings};
use portcullis_policy::{Manifest, OperatorPolicy, Policy, decide};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Folders of the world, each with files of these names.
const FOLDERS: [&str; 7] = ["a", "a/b", "a/b/c", "d", "d/e", "d/.git", "f"];
const FILES: [&str; 4] = [".marker", "one.txt", "two.md", "secret.pem"];
/// Links: name, and where to.
const LINKS: [(&str, &str); 3] =
    [("a/inside", "b/one.txt"), ("d/across", "../a/two.md"), ("f/folder", "../d")];

/// What rules are made from; `@` stands for the world.
const PATTERNS: [&str; 18] = [
    "@/**",
    "@/a/**",
    "@/a/b/**",
    "@/a/b/c/**",
    "@/d/**",
    "@/d/e/**",
    "@/f/**",
    "@/a/one.txt",
    "@/d/two.md",
    "@/d/e/one.txt",
    "@/a/*",
    "@/*/one.txt",
    "@/**/*.md",
    "@/*/*/**",
    "@/d/e/{one,two}.*",
    "@/a/b",
    "@/?/one.txt",
    "@/f/[a-z]*.txt",
];
const DENIALS: [&str; 10] = [
    "@/a/b/**",
    "@/a/b",
    "@/a/b/c/one.txt",
    "**/secret.pem",
    "*.pem",
    "@/d/.git/**",
    "@/d/e/*",
    "@/**/two.*",
    "@/f/**",
    "@/a/*.txt",
];

/// A small generator of numbers, so that a failure can be run again: the one called `SplitMix64`.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn some(&mut self, from: &[&str], most: usize, world: &str) -> Vec<String> {
        let count = self.below(most + 1);
        (0..count).map(|_| from[self.below(from.len())].replace('@', world)).collect()
    }
}

struct World {
    _folder: tempfile::TempDir,
    path: PathBuf,
    driver: PathBuf,
    prober: PathBuf,
    user: Option<u32>,
}

impl World {
    fn new(user: Option<u32>) -> Self {
        // Not below `/tmp`, which a jail has of its own.
        let folder = tempfile::tempdir_in("/var/tmp").unwrap();
        let top = folder.path().canonicalize().unwrap();
        std::fs::set_permissions(&top, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let copy = |from: PathBuf, name: &str| {
            std::fs::copy(from, top.join(name)).unwrap();
            top.join(name)
        };
        let driver = copy(example("jail").unwrap(), "jail");
        let prober = copy(compiled("prober").unwrap(), "prober");
        let path = top.join("world");
        let own = |path: &Path| {
            if let Some(user) = user {
                chown(path, Some(user), Some(user)).unwrap();
            }
        };
        std::fs::create_dir(&path).unwrap();
        own(&path);
        for place in FOLDERS {
            std::fs::create_dir(path.join(place)).unwrap();
            own(&path.join(place));
            for file in FILES {
                std::fs::write(path.join(place).join(file), "content").unwrap();
                own(&path.join(place).join(file));
            }
        }
        std::fs::write(path.join(".marker"), "").unwrap();
        for (link, to) in LINKS {
            symlink(to, path.join(link)).unwrap();
        }
        Self { _folder: folder, path, driver, prober, user }
    }

    /// Every path there is, and one in each folder that is not.
    fn paths(&self) -> Vec<PathBuf> {
        let folders = FOLDERS.iter().map(|place| self.path.join(place)).chain([self.path.clone()]);
        let mut out: Vec<_> = folders
            .flat_map(|place| {
                let inside: Vec<_> =
                    FILES.iter().chain(&["new.txt", "new.pem"]).map(|file| place.join(file)).collect();
                inside.into_iter().chain([place])
            })
            .collect();
        out.extend(LINKS.iter().map(|(link, _)| self.path.join(link)));
        out
    }

    /// Runs the prober in the jail of these documents; its answers, and the plan's gaps. None where the plan was refused.
    fn ask(
        &self,
        documents: &[PathBuf],
        tier: &str,
        questions: &str,
    ) -> Result<(Vec<bool>, Vec<String>), String> {
        let mut command = Command::new(&self.driver);
        command
            .args([
                "--tier",
                tier,
                "--accept",
                "process-count,private-size,root-outside",
                "--gaps",
                "--manifest",
            ])
            .arg(&documents[0]);
        if let Some(operator) = documents.get(1) {
            command.arg("--operator").arg(operator);
        }
        command.args(["--home", "/home/nobody", "--directory", "/", "--"]).arg(&self.prober);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let mut child = command.spawn().unwrap();
        // A driver that refuses reads nothing.
        let _refused = child.stdin.take().unwrap().write_all(questions.as_bytes());
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Err(errors);
        }
        let answers = String::from_utf8(output.stdout).unwrap().lines().map(|line| line == "y").collect();
        Ok((
            answers,
            errors.lines().filter_map(|line| line.strip_prefix("gap ")).map(str::to_owned).collect(),
        ))
    }
}

/// The documents of one case, as text, and the policy they make.
fn documents(numbers: &mut Numbers, world: &World) -> (Vec<PathBuf>, Policy) {
    let here = world.path.to_str().unwrap();
    let profile = ["sandboxed", "system", "network", "strict"][numbers.below(8).saturating_sub(4)];
    let manifest: Value = json!({
        "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json", "version": "1.0",
        "profile": profile,
        "spawn": numbers.below(2) == 0,
        "filesystem": {
            "read": numbers.some(&PATTERNS, 3, here), "write": numbers.some(&PATTERNS, 2, here),
            "deny": numbers.some(&DENIALS, 2, here),
        },
    });
    let folder = world.path.parent().unwrap();
    let mut documents = vec![folder.join("armor.json")];
    std::fs::write(&documents[0], manifest.to_string()).unwrap();
    let manifest = Manifest::parse("armor.json", &manifest.to_string(), &Surroundings::unknown()).unwrap();
    let operator = (numbers.below(3) == 0).then(|| {
        let rules = json!({
            "version": "1.0",
            "filesystem": { "allowed_paths": numbers.some(&PATTERNS, 4, here), "denied_paths": numbers.some(&DENIALS, 1, here) },
        });
        documents.push(folder.join("policy.yaml"));
        std::fs::write(&documents[1], rules.to_string()).unwrap();
        OperatorPolicy::parse("policy.yaml", &rules.to_string(), &Surroundings::unknown()).unwrap()
    });
    (documents, Policy::merge(&manifest, operator.as_ref(), None))
}

/// What the decision says about a path, where it really leads.
fn decided(policy: &Policy, path: &Path, access: Access) -> bool {
    named(policy, &path.canonicalize().unwrap_or_else(|_| path.to_owned()), access)
}

/// What it says about the path as it is spelt.
fn named(policy: &Policy, path: &Path, access: Access) -> bool {
    let path = AbsPath::parse(path.to_str().unwrap()).unwrap();
    decide(UsePath { path, access }, policy).is_allow()
}

/// The gaps by which the kernel may be stricter, or know only what was there at the start.
const STRICTER: [&str; 5] = ["patterns", "folder-alone", "protected-names", "denied-later", "around"];

fn compare(tier: &str, user: Option<u32>, seed: u64, policies: usize) {
    let world = World::new(user);
    let mut numbers = Numbers(seed);
    let (mut asked, mut allowed, mut refused) = (0, 0, 0);
    let mut faults = Vec::new();
    for case in 0..policies {
        let (documents, policy) = documents(&mut numbers, &world);
        let paths = world.paths();
        let mut questions = String::new();
        for path in &paths {
            writeln!(questions, "R {0}\nW {0}", path.display()).unwrap();
        }
        questions += "X\n";
        let (answers, gaps) = match world.ask(&documents, tier, &questions) {
            Ok(answered) => answered,
            Err(why)
                if why.contains("matches nothing")
                    || why.contains("does not exist")
                    || why.contains("leads to") =>
            {
                refused += 1;
                continue;
            }
            Err(why) => panic!("case {case}: {why}"),
        };
        assert_eq!(answers.len(), paths.len() * 2 + 1, "case {case}");
        let mut check = |what: String, decided: bool, done: bool, new: bool| {
            asked += 1;
            allowed += usize::from(done);
            let has = |names: &[&str]| {
                gaps.iter().any(|gap| names.iter().any(|name| gap.starts_with(&format!("{name}:"))))
            };
            let excused = if done { new && has(&["denied-later"]) } else { has(&STRICTER) };
            if decided != done && !excused {
                let documents: Vec<_> =
                    documents.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
                faults.push(format!(
                    "case {case}: {what}: decided {decided}, done {done}\n  {documents:?}\n  {gaps:?}"
                ));
            }
        };
        for (path, answer) in paths.iter().zip(answers.chunks(2)) {
            let new = path.symlink_metadata().is_err();
            let folder = path.is_dir();
            // What a folder shows of itself is told by a name in it that is not declared by itself.
            let telling = !folder || !decided(&policy, &path.join(".marker"), Access::Read);
            // A link in a folder that is not declared is not there in a private root, wherever it leads.
            let hidden = path.is_symlink() && !named(&policy, path, Access::Either);
            if hidden && tier == "T1" {
                continue;
            }
            if !new && telling {
                check(
                    format!("read {}", path.display()),
                    decided(&policy, path, Access::Read),
                    answer[0],
                    false,
                );
            }
            if !folder {
                check(
                    format!("write {}", path.display()),
                    decided(&policy, path, Access::Write),
                    answer[1],
                    new,
                );
            }
        }
        let program = AbsPath::parse(world.prober.to_str().unwrap()).unwrap();
        check(
            "start a program".into(),
            decide(Spawn { program }, &policy).is_allow(),
            answers[answers.len() - 1],
            false,
        );
    }
    assert!(faults.is_empty(), "{} of {asked}:\n{}", faults.len(), faults[..faults.len().min(5)].join("\n"));
    assert!(allowed > asked / 20, "{allowed} of {asked} were allowed: the comparison says little");
    assert!(asked >= 2000, "{asked} compared, {refused} policies refused");
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn the_kernel_agrees_in_t1_as_root() {
    if !is_root() {
        return skip("needs root");
    }
    compare("T1", None, 1, 120);
}

#[test]
fn the_kernel_agrees_in_t1_as_an_ordinary_user() {
    compare("T1", is_root().then_some(12_345), 2, 120);
}

#[test]
fn the_kernel_agrees_in_t2_as_root() {
    if !is_root() {
        return skip("needs root");
    }
    compare("T2", None, 3, 120);
}

#[test]
fn the_kernel_agrees_in_t2_as_an_ordinary_user() {
    compare("T2", is_root().then_some(12_345), 4, 120);
}
