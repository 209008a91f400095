//! Passwords inside URLs and connection strings: `scheme://user:password@host`.
//!
//! Finds the password alone; scheme, user and host stay readable. A database address counts with any literal password,
//! another scheme only when the password is no placeholder. Key-value connection strings (`Password=...;`) are read
//! as assignments elsewhere.

use super::check::is_filler;
use super::class::{ClassId, Runs};
use super::value::{holds_label, is_template};

/// What the scanner searches for.
pub(super) const MARK: &[u8] = b"://";

/// The longest user and password together.
const LONGEST: usize = 512;
/// How much of the host is looked at.
const HOST: usize = 64;
/// The longest scheme.
const SCHEME: usize = 24;

/// Schemes of databases, caches and brokers.
const DATABASES: &[&[u8]] = &[
    b"postgres",
    b"postgresql",
    b"mysql",
    b"mysqlx",
    b"mariadb",
    b"mongodb",
    b"mongodb+srv",
    b"redis",
    b"rediss",
    b"amqp",
    b"amqps",
    b"mssql",
    b"sqlserver",
    b"oracle",
    b"cockroachdb",
    b"cockroach",
    b"clickhouse",
    b"cassandra",
    b"neo4j",
    b"neo4j+s",
    b"bolt",
    b"couchdb",
    b"couchbase",
    b"couchbases",
    b"influxdb",
    b"elasticsearch",
    b"mqtt",
    b"mqtts",
    b"nats",
    b"kafka",
    b"ldap",
    b"ldaps",
    b"db2",
    b"snowflake",
    b"redshift",
    b"sybase",
    b"firebird",
    b"tidb",
    b"libsql",
    b"rabbitmq",
    b"valkey",
    b"memcached",
    b"timescaledb",
    b"dse",
    b"surrealdb",
    b"postgis",
    b"mysql2",
    b"jdbc",
];

/// Passwords of examples; compared without case.
const EXAMPLES: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"pass",
    b"pwd",
    b"secret",
    b"pw",
    b"pswd",
    b"token",
    b"user",
    b"username",
    b"p4ssw0rd",
    b"foo",
    b"bar",
    b"test",
    b"passw0rd",
    b"pass123",
    b"password123",
    b"your_password",
    b"yourpassword",
    b"mypassword",
    b"changeme",
    b"example",
    b"x-oauth-basic",
    b"p",
    b"b",
    b"xxx",
    b"port",
    b"key",
    b"apikey",
    b"api_key",
    b"passphrase",
    b"hunter2",
    b"x",
    b"auth",
    b"paswd",
    b"word",
    b"a",
];

/// Which of the two rules an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A database, cache or broker.
    Database,
    /// Anything else.
    Other,
}

/// The classes the reader needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    /// What user and password are made of when they are encoded as they should be.
    pub(super) strict: ClassId,
    /// The same with the slashes, question marks and hashes people forget to encode.
    pub(super) loose: ClassId,
}

/// The password of the address whose `://` is at `at`.
pub(super) fn password(runs: &mut Runs<'_>, parts: Parts, at: usize) -> Option<(Kind, usize, usize)> {
    let text = runs.text();
    let from = at + MARK.len();
    if text.get(from).is_none_or(|byte| *byte <= b' ') {
        return None;
    }
    let kind = scheme_kind(text, at)?;
    let length = runs.length(parts.strict, from, LONGEST);
    let strict = text.get(from..from + length)?;
    let found = split(strict).or_else(|| {
        let unclear = kind == Kind::Database && strict.contains(&b':');
        let length = if unclear { runs.length(parts.loose, from, LONGEST) } else { 0 };
        text.get(from..from + length).and_then(split)
    });
    let (colon, host) = found?;
    let (start, end) = (from + colon + 1, from + host);
    let secret = text.get(start..end)?;
    let user = text.get(from..from + colon)?;
    let host = text.get(end + 1..text.len().min(end + 1 + HOST)).unwrap_or_default();
    (is_secret(secret, user, kind) && !is_sketch(user, secret, host)).then_some((kind, start, end))
}

/// The colon before the password and the sign after it.
fn split(authority: &[u8]) -> Option<(usize, usize)> {
    let host = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority[..host].iter().position(|byte| *byte == b':')?;
    let host_starts = authority
        .get(host + 1)
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"[$<{(%_\\".contains(byte));
    (host_starts && colon + 1 < host).then_some((colon, host))
}

/// Reads the scheme backwards.
fn scheme_kind(text: &[u8], at: usize) -> Option<Kind> {
    let before = text.get(at.saturating_sub(SCHEME)..at)?;
    let length = before
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'))
        .count();
    let scheme = before.get(before.len() - length..)?;
    let base = scheme.split(|byte| *byte == b'+').next().unwrap_or(scheme);
    let is_known = |scheme: &[u8]| DATABASES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    match scheme {
        [] => None,
        _ if is_known(scheme) || is_known(base) => Some(Kind::Database),
        _ => Some(Kind::Other),
    }
}

/// Whether an address is the sketch of one: `user:pass@host`, a port that is the word, or the login of Oracle's manuals.
fn is_sketch(user: &[u8], secret: &[u8], host: &[u8]) -> bool {
    let name = host.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte)).count();
    let port = host.get(name..).is_some_and(|rest| rest.starts_with(b":port") || rest.starts_with(b":PORT"));
    let nobody = matches!(user, b"user" | b"username") && matches!(secret, b"pass" | b"password" | b"passwd");
    let nowhere = matches!(host.get(..name), Some(b"host" | b"hostname" | b"hostport" | b"server" | b"dsn"));
    port || (nobody && nowhere) || (user == b"scott" && secret == b"tiger")
}

/// Whether the text between the colon and the sign is a password and not a hole or an example.
fn is_secret(secret: &[u8], user: &[u8], kind: Kind) -> bool {
    let hole = is_template(secret)
        || is_filler(secret)
        || holds_label(secret)
        || secret.iter().any(|byte| matches!(byte, b'<' | b'>'));
    let variable = matches!(secret.first(), Some(b'$' | b'['))
        || secret.starts_with(b"%s")
        || secret.starts_with(b"...")
        || secret.starts_with(b"{");
    if hole || variable {
        return false;
    }
    let example =
        EXAMPLES.iter().any(|word| secret.eq_ignore_ascii_case(word)) || secret.eq_ignore_ascii_case(user);
    match kind {
        Kind::Database => secret.len() >= 2 && !secret.iter().all(|byte| *byte == secret[0]),
        Kind::Other => !example && secret.len() >= 3 && !user.contains(&b'/') && !user.contains(&b','),
    }
}
