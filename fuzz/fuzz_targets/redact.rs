//! Text with anything in it: no panic, findings in order within the text, what is redacted holds no secret any more and
//! does not change again, and text without findings is handed back as it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_policy::redact::Scanner;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let scanner = Scanner::builtin();
    let mut found = Vec::new();
    scanner.scan(text, &mut found);
    let mut last = 0;
    for finding in &found {
        assert!(last <= finding.start && finding.start < finding.end && finding.end <= text.len());
        assert!(text.is_char_boundary(finding.start) && text.is_char_boundary(finding.end));
        last = finding.end;
    }
    let redacted = scanner.redact(text);
    assert!(!found.is_empty() || redacted == text);
    assert_eq!(scanner.redact(&redacted), redacted, "redacting twice");
    let mut again = Vec::new();
    scanner.scan(&redacted, &mut again);
    assert!(again.is_empty(), "what is redacted holds a secret");
    let (key, value) = text.split_once('\n').unwrap_or(("password", text));
    let named = scanner.redact_named(key, value);
    assert_eq!(scanner.redact_named(key, &named), named, "redacting twice under a name");
});
