//! The profile for `AppArmor` by which this program, and no other, may make user namespaces where ordinary programs may not. It
//! confines nothing: what holds tools is the jail.

use std::path::Path;

/// Where the profile is put.
pub(super) const FILE: &str = "/etc/apparmor.d/portcullis";

/// The profile's text for a program.
pub(super) fn of(program: &Path) -> Result<String, String> {
    let path = pattern(program)?;
    Ok(format!(
        "# Lets portcullis make user namespaces. Its tools are held by its jail, not by this profile.\n\
         abi <abi/4.0>,\n\
         include <tunables/global>\n\
         \n\
         profile portcullis {path} flags=(unconfined) {{\n  \
           userns,\n\
         \n  \
           include if exists <local/portcullis>\n\
         }}\n"
    ))
}

/// A path as a pattern that matches nothing else.
fn pattern(program: &Path) -> Result<String, String> {
    let refused = || format!("a profile cannot name `{}`", program.display());
    let path = program.to_str().ok_or_else(refused)?;
    if !path.starts_with('/') || path.chars().any(|c| c.is_control() || c == '"') {
        return Err(refused());
    }
    let mut out = String::new();
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '^' | ',' | '\\' | '@' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+');
    Ok(if path.chars().all(plain) { out } else { format!("\"{out}\"") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_profile_names_the_program_and_nothing_else() {
        expect![[r#"
            # Lets portcullis make user namespaces. Its tools are held by its jail, not by this profile.
            abi <abi/4.0>,
            include <tunables/global>

            profile portcullis /usr/bin/portcullis flags=(unconfined) {
              userns,

              include if exists <local/portcullis>
            }
        "#]]
        .assert_eq(&of(Path::new("/usr/bin/portcullis")).unwrap());
    }

    #[test]
    fn a_path_cannot_say_more_than_itself() {
        let rows = [
            ("/opt/a b/portcullis", Some("\"/opt/a b/portcullis\"")),
            ("/opt/*/portcullis", Some("\"/opt/\\*/portcullis\"")),
            ("/opt/{a,b}/@{HOME}", Some("\"/opt/\\{a\\,b\\}/\\@\\{HOME\\}\"")),
            ("/opt/\" { capability, } \"", None),
            ("/opt/a\nb", None),
            ("portcullis", None),
        ];
        for (path, wanted) in rows {
            assert_eq!(pattern(Path::new(path)).ok().as_deref(), wanted, "{path}");
        }
    }
}
