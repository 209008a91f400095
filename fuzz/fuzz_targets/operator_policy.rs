//! An operator's policy with anything in it: reading ends, errors point into the document, and what it denies stays
//! denied however wide the manifest is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_policy::action::{Access, UsePath};
use portcullis_policy::value::{AbsPath, Surroundings};
use portcullis_policy::{Manifest, OperatorPolicy, Policy, decide};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let here = Surroundings::unknown().with_home(AbsPath::parse("/home/ann").expect("a path"));
    match OperatorPolicy::parse("policy.yaml", text, &here) {
        Err(error) => {
            let lines = text.split(['\n', '\r']).count() + 1;
            assert!((1..=lines).contains(&(error.place.line as usize)), "{error}");
        }
        Ok(operator) => {
            let wide = r#"{"version": "1.0", "profile": "system", "filesystem": {"read": ["/**"], "write": ["/**"]}}"#;
            let manifest = Manifest::parse("armor.json", wide, &here).expect("a manifest");
            let policy = Policy::merge(&manifest, Some(&operator), None);
            let path = AbsPath::parse("/etc/passwd").expect("a path");
            let denied = operator.denied_paths.iter().any(|entry| entry.value.denies(&path));
            let listed = operator.allowed_paths.iter().any(|entry| entry.value.matches(&path));
            let allowed = decide(UsePath { path, access: Access::Read }, &policy).is_allow();
            assert_eq!(allowed, listed && !denied);
        }
    }
});
