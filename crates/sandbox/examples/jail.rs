//! Runs one program in its jail, on the streams of the caller: `jail --manifest FILE [options] -- PROGRAM [WORDS]`.
//!
//! For tests and for looking at what a manifest comes to. The program for people is `portcullis`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program of its own: it is the edge, reads its environment once, and talks to whoever runs it"
)]

use portcullis_policy::manifest::Tier;
use portcullis_policy::value::{AbsPath, EnvName, Surroundings};
use portcullis_policy::{Manifest, OperatorPolicy, Policy};
use portcullis_sandbox::{Asked, Ended, GapName, Jailer, build, loading, support, survey};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Default)]
struct Options {
    manifest: Option<PathBuf>,
    operator: Option<PathBuf>,
    tier: Option<Tier>,
    accepted: Vec<GapName>,
    home: Option<String>,
    directory: Option<String>,
    deadline_ms: Option<u64>,
    show: bool,
    gaps: bool,
    words: Vec<OsString>,
}

type Failure = (u8, String);

fn main() -> ExitCode {
    // First of all: see `Jailer::start`.
    let jailer = match Jailer::start() {
        Ok(jailer) => jailer,
        Err(error) => return fail((4, error.to_string())),
    };
    match options().and_then(|options| run(&jailer, options)) {
        Ok(code) => code,
        Err(failure) => fail(failure),
    }
}

fn fail((code, message): Failure) -> ExitCode {
    eprintln!("jail: {message}");
    ExitCode::from(code)
}

fn options() -> Result<Options, Failure> {
    let usage = |what: &str| (2, format!("{what}\nusage: jail --manifest FILE [options] -- PROGRAM [WORDS]"));
    let mut out = Options::default();
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        if argument == "--" {
            out.words = arguments.collect();
            return Ok(out);
        }
        if argument == "--gaps" {
            out.gaps = true;
            continue;
        }
        if argument == "--show" {
            out.show = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| usage(&format!("`{argument}` needs a value")))?;
        let text = value.to_string_lossy().into_owned();
        match argument.as_str() {
            "--manifest" => out.manifest = Some(value.into()),
            "--operator" => out.operator = Some(value.into()),
            "--home" => out.home = Some(text),
            "--directory" => out.directory = Some(text),
            "--deadline-ms" => out.deadline_ms = text.parse().ok(),
            "--tier" => {
                out.tier = Some(match text.as_str() {
                    "T1" => Tier::T1,
                    "T2" => Tier::T2,
                    "T3" => Tier::T3,
                    _ => return Err(usage("a tier is T1, T2 or T3")),
                });
            }
            "--accept" => {
                let named = |name: &str| GapName::ALL.iter().copied().find(|gap| gap.as_str() == name);
                for name in text.split(',') {
                    out.accepted
                        .push(named(name).ok_or_else(|| usage(&format!("no gap is named `{name}`")))?);
                }
            }
            _ => return Err(usage(&format!("`{argument}` is not known"))),
        }
    }
    Err(usage("no program"))
}

/// A name that no other driver has had: process numbers come back.
fn scratch() -> Result<AbsPath, Box<dyn std::error::Error>> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(AbsPath::parse(&format!("/tmp/portcullis-{}-{}", std::process::id(), now.as_nanos()))?)
}

fn run(jailer: &Jailer, options: Options) -> Result<ExitCode, Failure> {
    let configuration = |error: &dyn std::fmt::Display| (3, error.to_string());
    let here = std::env::current_dir().map_err(|error| configuration(&error))?;
    let home = options.home.or_else(|| std::env::var("HOME").ok()).unwrap_or_else(|| "/".into());
    let home = AbsPath::parse(&home).map_err(|error| configuration(&error))?;
    let directory = options.directory.unwrap_or_else(|| here.to_string_lossy().into_owned());
    let directory = AbsPath::parse(&directory).map_err(|error| configuration(&error))?;
    let surroundings =
        Surroundings::unknown().with_home(home.clone()).with_working_directory(directory.clone());
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| configuration(&format!("`{}`: {error}", path.display())))
    };
    let manifest = match &options.manifest {
        None => Manifest::strict(),
        Some(path) => Manifest::parse(&path.to_string_lossy(), &read(path)?, &surroundings)
            .map_err(|error| configuration(&error))?,
    };
    let operator = options.operator.as_deref().map(|path| {
        OperatorPolicy::parse(&path.to_string_lossy(), &read(path)?, &surroundings)
            .map_err(|error| configuration(&error))
    });
    let operator = operator.transpose()?;
    let policy = Policy::merge(&manifest, operator.as_ref(), None);
    let (program, arguments) = options.words.split_first().ok_or((2, "no program".to_owned()))?;
    let search: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let loading = loading::find(&loading::Command {
        program: Path::new(program),
        arguments,
        directory: Path::new(directory.as_str()),
        search: &search,
        home: Some(Path::new(home.as_str())),
    });
    let loading = loading.map_err(|error| (error.exit_code(), error.to_string()))?;
    let survey = survey::survey(&policy).map_err(|error| configuration(&error))?;
    let loads = survey::loads(&loading, &policy, &home).map_err(|error| configuration(&error))?;
    let support = support::probe(jailer);
    let variables: BTreeMap<EnvName, OsString> = std::env::vars_os()
        .filter_map(|(name, value)| Some((EnvName::parse(name.to_str()?).ok()?, value)))
        .collect();
    let scratch = scratch().map_err(|error| configuration(&error))?;
    let planned = build(&Asked {
        policy: &policy,
        survey: &survey,
        loading: &loading,
        loads: &loads,
        support: &support,
        search: &search,
        variables: &variables,
        home: &home,
        directory: &directory,
        accepted: &options.accepted,
        at_most: options.tier,
        scratch: &scratch,
        deadline_ms: options.deadline_ms,
    });
    let planned = planned.map_err(|error| (4, error.to_string()))?;
    if options.show {
        eprintln!("{support:#?}\n{:?}\n{:#?}\n{:#?}", planned.tier, planned.gaps, planned.plan.root);
    }
    if options.gaps {
        for gap in &planned.gaps {
            eprintln!("gap {gap}");
        }
    }
    let sealed = planned.plan.seal().map_err(|error| (4, error.to_string()))?;
    let streams = [std::io::stdin().as_fd(), std::io::stdout().as_fd(), std::io::stderr().as_fd()]
        .map(|stream| stream.try_clone_to_owned());
    let [Ok(input), Ok(output), Ok(error)] = streams else {
        return Err((4, "the streams cannot be copied".into()));
    };
    let mut jail =
        jailer.launch_on(&sealed, [input, output, error]).map_err(|error| (4, error.to_string()))?;
    // Nobody answers here: connections are refused.
    jail.listeners.clear();
    let ended = loop {
        if let Some(ended) =
            jail.wait(Some(Duration::from_hours(1))).map_err(|error| (4, error.to_string()))?
        {
            break ended;
        }
    };
    Ok(match ended {
        Ended::Exited(code) => ExitCode::from(code),
        Ended::Signalled(signal) => {
            eprintln!("jail: the program was {ended}");
            ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
        }
        _ => {
            eprintln!("jail: the program was {ended}");
            ExitCode::from(124)
        }
    })
}
