//! Laws of the scanner over texts nobody wrote.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test may fail loudly")]

use portcullis_policy::redact::{Finding, Scanner, Shape};
use proptest::prelude::*;

fn scan(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    Scanner::builtin().scan(text, &mut found);
    found
}

/// Pieces that come near credentials, so that random texts do too.
fn near() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        "ghp_",
        "sk-",
        "AKIA",
        "eyJ",
        ".",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----END RSA PRIVATE KEY-----",
        "password",
        "token",
        "=",
        ": ",
        "\"",
        "'",
        "\\\"",
        "://",
        "@",
        "postgres",
        "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
        " ",
        "\n",
        "[REDACTED:",
        "]",
        "bearer ",
        "\u{4e16}",
        "\u{e4}",
        "AKIAQ3EGLSXN5HZ7TR2B",
        "glpat-",
        "_gitlab_session=",
        "0123456789abcdef0123456789abcdef",
        "}",
        "{",
        "&",
        "%3D",
    ];
    prop::collection::vec(
        prop_oneof![3 => prop::sample::select(PARTS).prop_map(str::to_owned), 1 => "\\PC{0,6}"],
        0..24,
    )
    .prop_map(|parts| parts.concat())
}

/// A text of a rule drawn from its own pattern.
fn drawn(shapes: &[Shape], seed: u64) -> (String, String) {
    let mut state = seed | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut text = Vec::new();
    let (mut open, mut close) = (0, None);
    for shape in shapes {
        match shape {
            Shape::Literal(bytes) => text.extend_from_slice(bytes),
            Shape::Run { bytes, min, max } => {
                let plain: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
                let from = if plain.len() > 9 { &plain } else { bytes };
                let length = min + next((max - min + 1).min(12));
                let length = if plain.is_empty() { *min } else { length.max(*min) };
                text.extend((0..length).map(|_| from[next(from.len())]));
            }
            Shape::Open => open = text.len(),
            Shape::Close => close = Some(text.len()),
        }
    }
    let whole = String::from_utf8(text).unwrap();
    let secret = whole[open..close.unwrap_or(whole.len())].to_owned();
    (whole, secret)
}

/// Rules whose texts need more than their pattern: the inside must decode.
const DECODED: &[&str] =
    &["jwt_token", "basic_auth", "private_key_base64", "docker_auth", "grafana_legacy_key"];

#[test]
fn a_drawn_credential_is_found_wherever_it_stands() {
    let prose =
        "The quick scan of a long log line, number 7, said \u{201e}nothing\u{201c} \u{2014} (see page 12).";
    let places: Vec<usize> =
        prose.char_indices().filter(|(_, letter)| *letter == ' ').map(|(at, _)| at + 1).collect();
    let scanner = Scanner::builtin();
    let mut tried = 0;
    let mut missed = Vec::new();
    for rule in scanner.rules().filter(|rule| !DECODED.contains(&rule.id())) {
        for shapes in scanner.shapes(rule) {
            for seed in 1..=60_u64 {
                let (whole, secret) = drawn(&shapes, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                let place = places[usize::try_from(seed).unwrap() % places.len()];
                let text = format!("{}{whole} {}", &prose[..place], &prose[place..]);
                let clean = scanner.redact(&text);
                tried += 1;
                if clean.contains(&secret) {
                    missed.push(format!("{}: {whole}", rule.id()));
                }
            }
        }
    }
    // A draw may fail a rule's own test of entropy or digits: few do.
    assert!(
        missed.len() * 100 < tried,
        "{} of {tried} missed:\n{}",
        missed.len(),
        missed[..missed.len().min(40)].join("\n")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn redacting_twice_changes_nothing(text in near()) {
        let scanner = Scanner::builtin();
        let once = scanner.redact(&text).into_owned();
        prop_assert_eq!(scanner.redact(&once).into_owned(), once.clone());
        prop_assert!(scan(&once).is_empty());
    }

    #[test]
    fn findings_are_sorted_apart_and_on_letters(text in near()) {
        let found = scan(&text);
        for finding in &found {
            prop_assert!(finding.start < finding.end);
            prop_assert!(text.get(finding.start..finding.end).is_some());
        }
        prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}", key in "\\PC{0,20}") {
        let scanner = Scanner::builtin();
        let mut found = Vec::new();
        scanner.scan(&text, &mut found);
        scanner.scan_named(&key, &text, &mut found);
        let _ = scanner.scan_base64(&text);
    }

    #[test]
    fn text_without_findings_is_borrowed_whole(text in near()) {
        if scan(&text).is_empty() {
            prop_assert!(matches!(Scanner::builtin().redact(&text), std::borrow::Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_scan_of_two_texts_apart_finds_what_each_holds(left in near(), right in near()) {
        // What only together has a key's beginning and end is another text.
        prop_assume!(!right.contains("-----"));
        let joined = format!("{left}\n\n\u{2014}\n\n{right}");
        let scanner = Scanner::builtin();
        let clean = scanner.redact(&joined).into_owned();
        for finding in scan(&left) {
            // A private key without an end may reach on into what follows; everything else stays in its text.
            let secret = &left[finding.start..finding.end];
            if finding.end - finding.start > 12 && left.matches(secret).count() == 1 && !right.contains(secret) {
                prop_assert!(!clean.contains(secret), "{secret:?} stays in {clean:?}");
            }
        }
    }
}
