//! What a tool may want to do: a closed set, each member a type that holds checked values only.
//!
//! Says nothing about whether an action is allowed; that is [`crate::decide`].

use crate::value::visible;
use crate::value::{AbsPath, EnvName, Host, HostName, Port, SecretName, ToolName};
use std::{fmt, net::IpAddr};

/// How a path is to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Its content, its entries or its attributes are looked at.
    Read,
    /// It is created, changed, moved, removed, or its attributes are set.
    Write,
    /// Not known which: the path must be open to at least one of the two, and the kernel holds the tool to which.
    Either,
}

/// Use the file or folder at `path`, already resolved through symbolic links where it exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsePath {
    /// Which file or folder.
    pub path: AbsPath,
    /// For what.
    pub access: Access,
}

/// Open a connection to a host by the name or address that the tool gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// The name or literal address asked for.
    pub host: Host,
    /// The port asked for.
    pub port: Port,
}

/// Connect to this address, which `host` resolved to: asked once more for every address and every redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// The name or literal address asked for.
    pub host: Host,
    /// The port asked for.
    pub port: Port,
    /// The address that would be dialled.
    pub address: IpAddr,
}

/// Look up the addresses of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    /// The name.
    pub name: HostName,
}

/// Start another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spawn {
    /// The program's file.
    pub program: AbsPath,
}

/// Hand a line to a shell or to the tool's own interpreter of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunCommand {
    /// The whole line as given.
    pub line: Box<str>,
    /// Whether shell syntax (`;`, `|`, `$(…)` and the like) was declared as wanted.
    pub syntax: CommandSyntax,
}

/// What a command line may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommandSyntax {
    /// One program and its words.
    Plain,
    /// Anything a shell understands: the manifest's rule for the argument says so.
    Shell,
}

/// See a variable of the host's environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassEnv {
    /// Its name.
    pub name: EnvName,
}

/// Have the broker put a secret into a request to an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseSecret {
    /// Which secret.
    pub secret: SecretName,
    /// The host of the request.
    pub host: Host,
    /// The port of the request.
    pub port: Port,
}

/// Accept connections on the tool's own loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// The port served.
    pub port: Port,
}

/// Call a tool by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTool {
    /// The tool's own name, without any prefix of ours.
    pub tool: ToolName,
}

/// Every action there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// See [`UsePath`].
    UsePath(UsePath),
    /// See [`Connect`].
    Connect(Connect),
    /// See [`Dial`].
    Dial(Dial),
    /// See [`Resolve`].
    Resolve(Resolve),
    /// See [`Spawn`].
    Spawn(Spawn),
    /// See [`RunCommand`].
    RunCommand(RunCommand),
    /// See [`PassEnv`].
    PassEnv(PassEnv),
    /// See [`UseSecret`].
    UseSecret(UseSecret),
    /// See [`Listen`].
    Listen(Listen),
    /// See [`CallTool`].
    CallTool(CallTool),
}

macro_rules! wrap {
    ($($name:ident),*) => {$(
        impl From<$name> for Action {
            fn from(action: $name) -> Self {
                Self::$name(action)
            }
        }
    )*};
}

wrap!(UsePath, Connect, Dial, Resolve, Spawn, RunCommand, PassEnv, UseSecret, Listen, CallTool);

impl fmt::Display for Access {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Either => "use",
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UsePath(UsePath { path, access }) => write!(out, "{access} `{}`", visible(path.as_str())),
            Self::Connect(Connect { host, port }) => write!(out, "connect to `{}`", Endpoint(host, *port)),
            Self::Dial(Dial { host, port, address }) => {
                write!(out, "connect to `{}` at `{address}`", Endpoint(host, *port))
            }
            Self::Resolve(Resolve { name }) => write!(out, "look up `{}`", name.as_str()),
            Self::Spawn(Spawn { program }) => write!(out, "start `{}`", visible(program.as_str())),
            Self::RunCommand(RunCommand { line, syntax: _ }) => {
                write!(out, "run the command `{}`", crate::value::shown(line))
            }
            Self::PassEnv(PassEnv { name }) => write!(out, "see the environment variable `{name}`"),
            Self::UseSecret(UseSecret { secret, host, port }) => {
                write!(out, "use the secret `{secret}` at `{}`", Endpoint(host, *port))
            }
            Self::Listen(Listen { port }) => write!(out, "listen on port {port}"),
            Self::CallTool(CallTool { tool }) => write!(out, "call the tool `{tool}`"),
        }
    }
}

/// A host and a port as a rule would spell them.
pub(crate) struct Endpoint<'a>(pub(crate) &'a Host, pub(crate) Port);

impl fmt::Display for Endpoint<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Host::Address(IpAddr::V6(address)) => write!(out, "[{address}]:{}", self.1),
            host => write!(out, "{host}:{}", self.1),
        }
    }
}
