//! A manifest from a stranger: reading ends, errors point into the document, and reading twice gives the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_policy::action::{Access, UsePath};
use portcullis_policy::value::{AbsPath, Surroundings};
use portcullis_policy::{Manifest, Policy, Profile, decide};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let home = AbsPath::parse("/home/ann").expect("a path");
    let here = Surroundings::unknown().with_home(home);
    let first = Manifest::parse("armor.json", text, &here);
    assert_eq!(first, Manifest::parse("armor.json", text, &here));
    match first {
        Err(error) => {
            let lines = text.split(['\n', '\r']).count() + 1;
            assert!((1..=lines).contains(&(error.place.line as usize)), "{error}");
        }
        Ok(manifest) => {
            let policy = Policy::merge(&manifest, None, Some(Profile::Strict));
            let path = AbsPath::parse("/etc/passwd").expect("a path");
            let allowed = decide(UsePath { path, access: Access::Either }, &policy).is_allow();
            assert!(!allowed);
        }
    }
});
