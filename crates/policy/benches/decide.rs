//! How long a decision takes: 50 path rules and 50 host rules, best and worst case.
//!
//! Prints medians in nanoseconds and counts allocations on the allow path.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::unwrap_used, reason = "a bench may stop on bad input")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use portcullis_policy::action::{Access, Connect, Dial, UsePath};
use portcullis_policy::value::{AbsPath, Host, Port, Surroundings};
use portcullis_policy::{Act, Manifest, Policy, decide};
use std::hint::black_box;
use std::time::Instant;

fn policy() -> Policy {
    let paths: Vec<String> = (0..50)
        .map(|index| match index % 5 {
            0 => format!("/srv/project{index}/**"),
            1 => format!("/srv/data{index}/*.json"),
            2 => format!("/home/*/documents{index}/**"),
            3 => format!("/var/lib/tool{index}/file.db"),
            _ => format!("**/*.ext{index}"),
        })
        .collect();
    let hosts: Vec<String> = (0..50)
        .map(|index| match index % 5 {
            0 => format!("*.suffix{index}.example:443"),
            1 => format!("10.{index}.0.0/16:443"),
            2 => format!("host{index}.example:*"),
            _ => format!("api{index}.example:443"),
        })
        .collect();
    let text = serde_json::json!({
        "version": "1.0", "profile": "system",
        "filesystem": { "read": paths, "write": paths, "deny": ["**/.ssh/**", "**/.env", "**/*.pem"] },
        "network": { "allow": hosts, "deny_local": false },
    });
    let manifest = Manifest::parse("armor.json", &text.to_string(), &Surroundings::unknown()).unwrap();
    Policy::merge(&manifest, None, None)
}

/// Median time of one decision in nanoseconds, over 101 batches of 1,000.
fn median<A: Act + Clone>(action: &A, policy: &Policy) -> f64 {
    let mut times: Vec<f64> = (0..101)
        .map(|_| {
            let batch: Vec<A> = vec![action.clone(); 1000];
            let start = Instant::now();
            for action in batch {
                let _ = black_box(decide(black_box(action), policy).is_allow());
            }
            start.elapsed().as_secs_f64() * 1e9 / 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[50]
}

fn row<A: Act + Clone>(name: &str, action: &A, policy: &Policy) {
    let allowed = if decide(action.clone(), policy).is_allow() { "allow" } else { "deny" };
    println!("{name:<44} {allowed:<6} {:>8.0} ns", median(action, policy));
}

fn main() {
    let policy = policy();
    let path = |text: &str, access| UsePath { path: AbsPath::parse(text).unwrap(), access };
    let connect = |text: &str| Connect { host: Host::parse(text).unwrap(), port: Port::HTTPS };
    println!("decide, 50 path rules twice, 3 denies, 50 host rules");
    row("path: first tree", &path("/srv/project0/a/b", Access::Read), &policy);
    row("path: last wildcard", &path("/home/ann/documents47/x/y/z.txt", Access::Write), &policy);
    row("path: by extension", &path("/a/b/c/d/e/f/g.ext49", Access::Read), &policy);
    row("path: either, found in the second list", &path("/var/lib/tool48/file.db", Access::Either), &policy);
    row("path: refused", &path("/etc/passwd", Access::Read), &policy);
    row("host: exact", &connect("api48.example"), &policy);
    row("host: suffix, six labels", &connect("a.b.c.d.suffix45.example"), &policy);
    row("host: last range", &connect("10.46.1.1"), &policy);
    let dial =
        Dial { host: Host::parse("api48.example").unwrap(), port: Port::HTTPS, address: [8, 8, 8, 8].into() };
    row("address of a name", &dial, &policy);
    row("host: refused", &connect("evil.example"), &policy);
}
