//! Which URL schemes lead where: the tables behind `url`.

/// What a scheme leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// A host, by the special rules of the WHATWG standard.
    Web,
    /// A host; the port is the protocol's own (IANA service names, or the vendor's documents).
    Net(u16),
    /// A file on this machine, by URL.
    File,
    /// A file on this machine, named after the slashes.
    Local,
}

const WEB: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// Schemes found glued to other letters as well, since patterns such as `https?://` find them there.
const GLUED: [&str; 4] = ["https", "http", "ftp", "file"];

const LOCAL: [&str; 6] = ["unix", "sqlite", "sqlite3", "duckdb", "local", "ipc"];

const NET: [(&str, u16); 58] = [
    ("amqp", 5672),
    ("amqps", 5671),
    ("cassandra", 9042),
    ("clickhouse", 9000),
    ("coap", 5683),
    ("couchbase", 11210),
    ("dict", 2628),
    ("dns", 53),
    ("etcd", 2379),
    ("finger", 79),
    ("ftps", 990),
    ("git", 9418),
    ("gopher", 70),
    ("gemini", 1965),
    ("grpc", 443),
    ("grpcs", 443),
    ("h2", 443),
    ("h2c", 80),
    ("imap", 143),
    ("imaps", 993),
    ("ipp", 631),
    ("irc", 6667),
    ("ircs", 6697),
    ("kafka", 9092),
    ("ldap", 389),
    ("ldaps", 636),
    ("mariadb", 3306),
    ("memcached", 11211),
    ("mongodb", 27017),
    ("mongodb+srv", 27017),
    ("mqtt", 1883),
    ("mqtts", 8883),
    ("mssql", 1433),
    ("mysql", 3306),
    ("nats", 4222),
    ("nfs", 2049),
    ("nntp", 119),
    ("oracle", 1521),
    ("pop3", 110),
    ("pop3s", 995),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("redis", 6379),
    ("rediss", 6379),
    ("rsync", 873),
    ("rtmp", 1935),
    ("rtsp", 554),
    ("sftp", 22),
    ("sip", 5060),
    ("smb", 445),
    ("smtp", 25),
    ("smtps", 465),
    ("sqlserver", 1433),
    ("ssh", 22),
    ("svn", 3690),
    ("telnet", 23),
    ("tftp", 69),
    ("vnc", 5900),
];

/// What a scheme in lower case leads to; of a compound such as `git+ssh`, its last part counts.
pub(super) fn known(scheme: &str) -> Option<Scheme> {
    let exact = |name: &str| {
        let port = NET.iter().find(|(known, _)| *known == name);
        match name {
            "file" => Some(Scheme::File),
            _ if WEB.contains(&name) => Some(Scheme::Web),
            _ if LOCAL.contains(&name) => Some(Scheme::Local),
            _ => port.map(|(_, port)| Scheme::Net(*port)),
        }
    };
    exact(scheme).or_else(|| exact(scheme.rsplit_once('+')?.1))
}

/// The scheme that a run of scheme characters before `:/` ends with, and what it leads to.
pub(super) fn ending(run: &str) -> Option<(String, Scheme)> {
    let run = run.trim_start_matches(|character: char| !character.is_ascii_alphabetic());
    let lower = run.to_ascii_lowercase();
    if let Some(scheme) = known(&lower) {
        let name = match scheme {
            Scheme::Web | Scheme::File => lower.rsplit('+').next().unwrap_or(&lower).to_owned(),
            Scheme::Net(_) | Scheme::Local => lower,
        };
        return Some((name, scheme));
    }
    let glued = GLUED.iter().find(|name| lower.ends_with(*name))?;
    Some(((*glued).to_owned(), known(glued)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_alone_compound_and_glued() {
        assert_eq!(known("https"), Some(Scheme::Web));
        assert_eq!(known("git+ssh"), Some(Scheme::Net(22)));
        assert_eq!(known("mongodb+srv"), Some(Scheme::Net(27017)));
        assert_eq!(known("memo"), None);
        assert_eq!(ending("GIT+HTTPS"), Some(("https".to_owned(), Scheme::Web)));
        assert_eq!(ending("xhttp"), Some(("http".to_owned(), Scheme::Web)));
        assert_eq!(ending("2https"), Some(("https".to_owned(), Scheme::Web)));
        assert_eq!(ending("news"), None);
        assert_eq!(ending(""), None);
    }
}
