//! Attacks by and on the environment: what the jail's starter has set and the program must not have.

use super::row::{Row, row};

macro_rules! variables {
    ($($name:literal: $variable:literal;)+) => {
        &[$(row($name, "E", concat!("variable ", $variable), "it is not set", "it is not set"),)+]
    };
}

/// Variables that make programs load code, send elsewhere, or know a secret.
pub(crate) const VARIABLES: &[Row] = variables! {
    "loader-preload": "LD_PRELOAD";
    "loader-audit": "LD_AUDIT";
    "loader-path": "LD_LIBRARY_PATH";
    "loader-tunables": "GLIBC_TUNABLES";
    "allocator": "MALLOC_PERTURB_";
    "python-path": "PYTHONPATH";
    "python-start": "PYTHONSTARTUP";
    "node-options": "NODE_OPTIONS";
    "node-path": "NODE_PATH";
    "perl-options": "PERL5OPT";
    "ruby-options": "RUBYOPT";
    "shell-start": "BASH_ENV";
    "shell-start-plain": "ENV";
    "git-ssh": "GIT_SSH_COMMAND";
    "git-configuration": "GIT_CONFIG_GLOBAL";
    "proxy-plain": "HTTP_PROXY";
    "proxy-encrypted": "HTTPS_PROXY";
    "proxy-any": "ALL_PROXY";
    "proxy-lower-case": "http_proxy";
    "secret-cloud": "AWS_SECRET_ACCESS_KEY";
    "secret-forge": "GITHUB_TOKEN";
    "secret-own": "DECOY_SECRET decoy-secret";
    "door-key-agent": "SSH_AUTH_SOCK";
    "door-session-bus": "DBUS_SESSION_BUS_ADDRESS";
    "door-containers": "DOCKER_HOST";
    "door-display": "DISPLAY";
    "door-runtime-folder": "XDG_RUNTIME_DIR";
    "who-started": "SUDO_USER";
    "cluster": "KUBECONFIG";
};
