//! What callers rely on: labels, spans, names, JSON values, base64 and known secrets.

#![expect(clippy::string_slice, reason = "a test may fail loudly")]

use std::borrow::Cow;

use portcullis_policy::redact::{Finding, Mode, Scanner, label};
use serde_json::json;

fn scan(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    Scanner::builtin().scan(text, &mut found);
    found
}

fn redact(text: &str) -> Cow<'_, str> {
    Scanner::builtin().redact(text)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(redact(text), expected);
}

#[test]
fn the_thirteen_labels_that_others_know() {
    let key = "q8Zr2LkJh4Gf6DsA1w3eR5tY7uI9oP0aSdFgHjKl";
    for (text, label) in [
        (format!("sk-proj-{key}"), "openai_key"),
        (format!("sk-ant-{}-{key}{key}", "api03"), "anthropic_key"),
        ("AKIAQ3EGLSXN5HZ7TR2B".to_owned(), "aws_access_key"),
        (format!("aws_secret_access_key = {key}"), "aws_secret_key"),
        (format!("ghp_{}", &key[..36]), "github_token"),
        (format!("gho_{}", &key[..36]), "github_token"),
        ("Authorization: Bearer q8Zr2LkJh4Gf6DsA1w".to_owned(), "bearer_token"),
        (
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIOzJ8q2v5t7x9wBz\n-----END EC PRIVATE KEY-----"
                .to_owned(),
            "private_key",
        ),
        (format!("xoxb-{}-{}-{}", 1_234_567_890_u64, 1_234_567_890_u64, &key[..24]), "slack_token"),
        (format!("sk_{}_{}", "live", &key[..24]), "stripe_key"),
        (format!("AIza{}", &key[..35]), "google_api_key"),
        ("postgres://app:s3cr3t@db/main".to_owned(), "db_connection"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXBhcnQ".to_owned(), "jwt_token"),
        ("password: 'r0seHip77'".to_owned(), "generic_secret"),
    ] {
        let clean = redact(&text).into_owned();
        assert!(clean.contains(&format!("[REDACTED:{label}]")), "{text:?} became {clean:?}");
    }
}

#[test]
fn only_the_credential_is_replaced() {
    check(
        "mongodb+srv://svc:h4rdToGuess@c0.test/app",
        "mongodb+srv://svc:[REDACTED:db_connection]@c0.test/app",
    );
    check(
        r#"{"password": "hunter22", "user": "a"}"#,
        r#"{"password": "[REDACTED:generic_secret]", "user": "a"}"#,
    );
    check("Authorization: Basic cXVpbGw6cjBzZUhpcDc3", "Authorization: Basic [REDACTED:basic_auth]");
    check(
        "DefaultEndpointsProtocol=https;AccountName=quill;AccountKey=q8Zr2LkJh4Gf6DsA1w3eR5tY7uI9oP0aSdFgHjKlq8Zr2LkJh4Gf6DsA1w3eR5tY7uI9oP0aSdFgHjKlZxCvBn==;EndpointSuffix=core.test",
        "DefaultEndpointsProtocol=https;AccountName=quill;AccountKey=[REDACTED:azure_storage_key];EndpointSuffix=core.test",
    );
}

#[test]
fn a_sign_is_a_border_of_its_own() {
    check(
        "https://a.blob.test/c?sv=2022-11-02&se=2030-01-01T00:00Z&sig=q8Zr2LkJh4Gf6DsA1w3eR5tY7uI9oP0aSdFgHjKlZxC%3D",
        "https://a.blob.test/c?sv=2022-11-02&se=2030-01-01T00:00Z&sig=[REDACTED:azure_sas_signature]",
    );
    check("//registry.test/:_authToken=MYTOKEN2", "//registry.test/:_authToken=[REDACTED:npm_legacy_token]");
}

#[test]
fn a_private_key_goes_with_its_whole_body() {
    let body = "MIIEpAIBAAKCAQEAq7v8Jd2LkZr05tYw3nQp9sXcVbNm".repeat(12);
    for separator in ["\n", "\\n", "\r\n", "\\\\n"] {
        let text = format!(
            "a -----BEGIN RSA PRIVATE KEY-----{separator}{body}{separator}-----END RSA PRIVATE KEY----- b"
        );
        check(&text, "a [REDACTED:private_key] b");
        let cut = format!("a -----BEGIN RSA PRIVATE KEY-----{separator}{body}");
        check(&cut, "a [REDACTED:private_key]");
    }
}

#[test]
fn a_private_key_cut_off_by_other_text_is_found() {
    let text =
        "-----BEGIN RSA PRIVATE KEY-----MIIEpAIBAAKCAQEAq7v8Jd_\n\u{2014}\n-----END RSA PRIVATE KEY-----";
    check(text, "[REDACTED:private_key]_\n\u{2014}\n-----END RSA PRIVATE KEY-----");
    check(
        "a -----BEGIN PRIVATE KEY----- header comes first",
        "a -----BEGIN PRIVATE KEY----- header comes first",
    );
}

#[test]
fn spans_are_right_in_text_of_many_bytes_a_letter() {
    let text = "\u{4e16}\u{1f600} \u{e4}: AKIAQ3EGLSXN5HZ7TR2B \u{2014} p\u{e4}ss: x";
    let found = scan(text);
    assert_eq!(found.len(), 1);
    assert_eq!(&text[found[0].start..found[0].end], "AKIAQ3EGLSXN5HZ7TR2B");
    check(
        "{\"password\": \"p\u{e4}ssw\u{f6}rt9\u{1f600}\"}",
        "{\"password\": \"[REDACTED:generic_secret]\"}",
    );
}

#[test]
fn decoded_json_escapes_are_found() {
    let value: serde_json::Value = json!({ "text": "AKIA\u{51}3EGLSXN5HZ7TR2B", "nested": [{ "note": "ghp_\u{71}8Zr2LkJh4Gf6DsA1w3eR5tY7uI9oP0aSdFg" }] });
    let mut clean = value;
    let rules = Scanner::builtin().redact_value(&mut clean);
    assert_eq!(rules.len(), 2);
    assert_eq!(clean["text"], "[REDACTED:aws_access_key]");
    assert_eq!(clean["nested"][0]["note"], "[REDACTED:github_token]");
}

#[test]
fn a_value_is_judged_by_its_name() {
    let scanner = Scanner::builtin();
    let mut found = Vec::new();
    for (key, value) in [
        ("password", "hunter2"),
        ("dbPassword", "correct horse battery"),
        ("client_secret", "abcdef"),
        ("api_key", "9f8e7d6c5b4a"),
        ("WANDB_API_KEY", "0123456789abcdef0123456789abcdef01234567"),
        ("passphrase", "open-sesame"),
    ] {
        found.clear();
        scanner.scan_named(key, value, &mut found);
        assert_eq!(found.len(), 1, "{key}: {value}");
        assert_eq!((found[0].start, found[0].end), (0, value.len()));
    }
    for (key, value) in [
        ("password", "string"),
        ("password_hint", "mother's maiden name"),
        ("token_type", "bearer"),
        ("max_tokens", "4096"),
        ("next_page_token", "CAUQAA12345678"),
        ("author", "Mara Quill"),
        ("password", ""),
        ("tokenizer", "cl100k_base2"),
        ("key", "9f8e7d6c5b4a"),
    ] {
        found.clear();
        scanner.scan_named(key, value, &mut found);
        assert!(found.is_empty(), "{key}: {value}");
    }
}

#[test]
fn values_keys_and_lists_of_a_document() {
    let mut value = json!({
        "password": "hunter2",
        "tokens": ["AKIAQ3EGLSXN5HZ7TR2B", 7, null],
        "AKIAQ3EGLSXN5HZ7TR2B": "as a key",
        "AKIAQ3EGLSXN5HZ7TR2C": "as another",
        "fine": { "name": "Mara Quill" }
    });
    let rules = Scanner::builtin().redact_value(&mut value);
    assert_eq!(
        value,
        json!({
            "password": "[REDACTED:generic_secret]",
            "tokens": ["[REDACTED:aws_access_key]", 7, null],
            "[REDACTED:aws_access_key]": "as a key",
            "[REDACTED:aws_access_key] (3)": "as another",
            "fine": { "name": "Mara Quill" }
        })
    );
    assert_eq!(rules.len(), 4);
    assert!(Scanner::builtin().redact_value(&mut value).is_empty());
}

#[test]
fn a_document_too_deep_is_replaced() {
    let mut value = json!("AKIAQ3EGLSXN5HZ7TR2B");
    for _ in 0..200 {
        value = json!([value]);
    }
    Scanner::builtin().redact_value(&mut value);
    assert!(!value.to_string().contains("AKIA"));
}

#[test]
fn base64_blobs_that_are_text() {
    let scanner = Scanner::builtin();
    // "AKIAQ3EGLSXN5HZ7TR2B in a blob"
    let blob = "QUtJQVEzRUdMU1hONUhaN1RSMkIgaW4gYSBibG9i";
    let (text, found) = scanner.scan_base64(blob).unwrap();
    assert_eq!(text, "AKIAQ3EGLSXN5HZ7TR2B in a blob");
    assert_eq!(found.len(), 1);
    let clean = scanner.redact_base64(blob).unwrap();
    assert_eq!(scanner.scan_base64(&clean).unwrap().0, "[REDACTED:aws_access_key] in a blob");
    assert!(scanner.scan_base64("iVBORw0KGgoAAAANSUhEUgAA/w==").is_none());
    assert!(scanner.redact_base64("aGVsbG8=").is_none());
}

#[test]
fn known_secrets_in_every_spelling() {
    let scanner = Scanner::with_literals(["opera tor/Val+ue \"9\"", "short"]).unwrap();
    for text in [
        "x opera tor/Val+ue \"9\" y",
        "x opera%20tor%2FVal%2Bue%20%229%22 y",
        "x opera%20tor%2fVal%2bue%20%229%22 y",
        "x opera tor/Val+ue \\\"9\\\" y",
    ] {
        assert_eq!(scanner.redact(text), "x [REDACTED:known_secret] y");
    }
    // The secret in base64 at each of the three places of a group.
    for blob in
        ["b3BlcmEgdG9yL1ZhbCt1ZSAiOSI=", "YW9wZXJhIHRvci9WYWwrdWUgIjki", "YWFvcGVyYSB0b3IvVmFsK3VlICI5Ig=="]
    {
        assert!(scanner.redact(blob).contains("known_secret"), "{blob}");
    }
    assert_eq!(scanner.redact("too short a value"), "too short a value");
    assert!(scanner.finds_in("AKIAQ3EGLSXN5HZ7TR2B"));
}

#[test]
fn labels_are_left_alone() {
    for rule in Scanner::builtin().rules() {
        let text = format!("password = \"{0}\" token: {0} {0}", label(rule));
        check(&text, &text);
    }
}

#[test]
fn overlaps_are_joined_under_the_surest_name() {
    check("password = \"AKIAQ3EGLSXN5HZ7TR2B-and-more-9\"", "password = \"[REDACTED:aws_access_key]\"");
}

#[test]
fn rules_can_be_listed() {
    let rules: Vec<_> = Scanner::builtin().rules().collect();
    assert!(rules.len() >= 180, "{}", rules.len());
    assert!(
        rules
            .iter()
            .all(|rule| !rule.id().is_empty() && !rule.name().is_empty() && !rule.source().is_empty())
    );
    for id in [
        "openai_key",
        "anthropic_key",
        "aws_access_key",
        "aws_secret_key",
        "github_token",
        "bearer_token",
        "private_key",
        "slack_token",
        "stripe_key",
        "google_api_key",
        "db_connection",
        "jwt_token",
        "generic_secret",
    ] {
        assert!(rules.iter().any(|rule| rule.id() == id && rule.label() == id), "{id}");
    }
    assert_eq!(Mode::default(), Mode::Off);
}
