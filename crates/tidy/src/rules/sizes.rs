//! How long a file and a function may get. A file is split by idea when it comes near the limit, not cut at it.

use crate::source::{self, Part};
use crate::{Fault, Tree, functions};

const RULE: &str = "sizes";

/// Lines of a source file at most; it aims at half of that.
const FILE_LINES: usize = 600;

/// Lines of a function at most, from `fn` to the closing brace; it aims at 60.
const FUNCTION_LINES: usize = 100;

/// Every source file and every function that is too long, functions in tests too.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in source::all(tree) {
        let lines = source.text.lines().count();
        if source.part != Part::Trial && lines > FILE_LINES {
            let message = format!("{lines} lines, at most {FILE_LINES}: split it by idea");
            faults.push(Fault::new(source.path, 0, RULE, message));
        }
        for function in functions::functions(&source.tokens) {
            if function.length > FUNCTION_LINES {
                let message =
                    format!("`{}` has {} lines, at most {FUNCTION_LINES}", function.path, function.length);
                faults.push(Fault::new(source.path, function.line, RULE, message));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::Tree;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[("crates/wire/Cargo.toml", ""), (path, text)])).len()
    }

    #[test]
    fn a_source_file_stops_at_its_limit_and_a_test_file_does_not() {
        let at_limit = "// a line\n".repeat(600);
        let over = "// a line\n".repeat(601);
        assert_eq!(count("crates/wire/src/a.rs", &at_limit), 0);
        assert_eq!(count("crates/wire/src/a.rs", &over), 1);
        assert_eq!(count("crates/wire/tests/a.rs", &over), 0);
        assert_eq!(count("plugins/a/main.rs", &over), 1);
    }

    #[test]
    fn a_function_stops_at_its_limit_wherever_it_is() {
        let body = |lines: usize| "    g();\n".repeat(lines);
        let shapes =
            [("fn f() {\n", "}\n"), ("impl T { fn f() {\n", "} }\n"), ("fn o() { fn f() {\n", "}\n}\n")];
        for (head, tail) in &shapes[..2] {
            assert_eq!(count("crates/wire/src/a.rs", &format!("{head}{}{tail}", body(98))), 0);
            assert_eq!(count("crates/wire/src/a.rs", &format!("{head}{}{tail}", body(99))), 1);
        }
        let (head, tail) = shapes[2];
        assert_eq!(count("crates/wire/tests/a.rs", &format!("{head}{}{tail}", body(99))), 2);
        let in_macro = format!("proptest! {{\n#[test]\nfn f(x in 0..1) {{\n{}}}\n}}", body(99));
        assert_eq!(count("crates/wire/tests/a.rs", &in_macro), 1);
    }
}
