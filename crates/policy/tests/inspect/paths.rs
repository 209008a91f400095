//! Paths: every spelling, every place inside a text.

use super::check;

#[test]
fn paths_where_the_schema_says_path() {
    check(&[
        ("path", "/data/x", "/data/x"),
        ("path", "/", "/"),
        ("path", "", ""),
        ("path", "x", "/srv/work/x"),
        ("path", "./x", "/srv/work/x"),
        ("path", ".", "/srv/work"),
        ("path", "a/b.txt", "/srv/work/a/b.txt"),
        ("path", "/data//x/./y/", "/data/x/y"),
        ("path", "/data/My Documents/a b.txt", "/data/My Documents/a b.txt"),
        ("path", "/data/naïve/日本.txt", "/data/naïve/日本.txt"),
        ("path", "/data/app/(group)/page.tsx", "/data/app/(group)/page.tsx"),
        ("path", "/data/a@b/c", "/data/a@b/c"),
        ("path", "/data/a=b", "/data/a=b"),
        ("path", "/data/12:30.log", "/data/12:30.log"),
        ("path", "/data/...", "/data/..."),
        ("path", "/data/a..b", "/data/a..b"),
        ("path", "/data/100% sure", "/data/100% sure"),
        ("path", "/data/price $5", "/data/price $5"),
        ("path", "1/2", "/srv/work/1/2"),
        ("path", "text/html", "/srv/work/text/html"),
        ("path", "@scope/pkg", "/srv/work/@scope/pkg"),
    ]);
}

#[test]
fn steps_back_in_every_encoding() {
    check(&[
        ("path", "/data/../etc/passwd", "/etc/passwd"),
        ("path", "../../etc/passwd", "/etc/passwd"),
        ("path", "..", "/srv"),
        ("path", "/data/../../../../etc", "/etc"),
        ("path", "a/../../x", "/srv/x"),
        ("path", "/data/./.././etc", "/etc"),
        ("path", "/data//..//etc", "/etc"),
        ("path", "%2e%2e/%2E%2E/etc/passwd", "/srv/work/%2e%2e/%2E%2E/etc/passwd | /etc/passwd"),
        ("path", "/data/..%2fetc", "/data/..%2fetc | /etc"),
        ("path", "/data%2f..%2f..%2fetc", "/data%2f..%2f..%2fetc | /etc"),
        ("path", "/data/.%2e/etc", "/data/.%2e/etc | /etc"),
        ("path", "%2fetc%2fpasswd", "/srv/work/%2fetc%2fpasswd | /etc/passwd"),
        ("path", "/data/%252e%252e/etc", "/data/%252e%252e/etc | unclear"),
        ("path", "/data/%25252e%25252e/etc", "/data/%25252e%25252e/etc | unclear"),
        ("path", "/data/%c0%ae%c0%ae/etc", "/data/%c0%ae%c0%ae/etc | unclear"),
        ("path", "/data/..%c0%afetc", "/data/..%c0%afetc | unclear"),
        ("path", "/data/%e0%80%ae%e0%80%ae/etc", "/data/%e0%80%ae%e0%80%ae/etc | unclear"),
        ("path", "/data/%u002e%u002e/etc", "/data/%u002e%u002e/etc | unclear"),
        ("path", "/data/%5c..%5cetc", "/data/%5c..%5cetc | unclear"),
        ("path", "/data/x%00.png", "/data/x%00.png | unclear"),
        ("path", "/data/a%20b", "/data/a%20b | /data/a b"),
        ("path", "/data/\u{ff0e}\u{ff0e}/etc", "unclear"),
        ("path", "/data/..\u{2215}etc", "unclear"),
        ("path", "/data/..\u{2044}etc", "unclear"),
        ("path", "/data\u{ff0f}x", "unclear"),
        ("path", "/data/\u{2025}/etc", "unclear"),
        ("path", "/data/\u{2024}\u{2024}/etc", "unclear"),
        ("path", "/data/.\u{200b}./etc", "/data/.\u{200b}./etc | /etc"),
        ("path", "/data/\u{ad}../etc", "/data/\u{ad}../etc | /etc"),
    ]);
}

#[test]
fn homes_variables_blanks_and_quotes() {
    check(&[
        ("path", "~", "/home/ann"),
        ("path", "~/x", "/home/ann/x"),
        ("path", "~/../bob", "/home/bob | /srv/work/bob"),
        ("path", "~bob/x", "unclear"),
        ("path", "~root", "unclear"),
        ("path", "~+/x", "unclear"),
        ("path", "$HOME/x", "/home/ann/x"),
        ("path", "${HOME}/x", "/home/ann/x"),
        ("path", "%HOME%/x", "/home/ann/x"),
        ("path", "%USERPROFILE%/x", "/home/ann/x"),
        ("path", "%userprofile%/x", "/home/ann/x"),
        ("path", "%APPDATA%/x", "unclear"),
        ("path", "$PWD/x", "/srv/work/x"),
        ("path", "/data/$HOME/x", "/data/home/ann/x | /data/$HOME/x"),
        ("path", "${DATA}/x", "/data/x"),
        ("path", "$DATA/../etc", "/etc | /srv/work/etc"),
        ("path", "$NOPE/x", "unclear"),
        ("path", "${NOPE:-/etc}/x", "unclear"),
        ("path", "${", "unclear"),
        ("path", "/data/$(id)", "unclear"),
        ("path", "/data/`id`", "unclear"),
        ("path", " /etc/passwd", "/etc/passwd"),
        ("path", "/etc/passwd \n", "/etc/passwd | /etc/passwd \n"),
        ("path", "\t../x", "/srv/x"),
        ("path", "\u{a0}/etc/passwd", "/etc/passwd"),
        ("path", "\u{feff}/etc/passwd", "/etc/passwd"),
        ("path", "   ", "/srv/work/   "),
        ("path", "\"/etc/passwd\"", "/etc/passwd"),
        ("path", "'/etc/passwd'", "/etc/passwd"),
        ("path", "\" '/etc/passwd' \"", "/etc/passwd"),
        ("path", "`/etc/passwd`", "/etc/passwd"),
    ]);
}

#[test]
fn windows_nul_and_control_characters() {
    check(&[
        ("path", "..\\..\\etc\\passwd", "unclear"),
        ("path", "a\\b", "unclear"),
        ("path", "/data/a\\ b", "unclear"),
        ("path", "C:\\Windows", "unclear"),
        ("path", "c:/Windows", "unclear"),
        ("path", "C:", "unclear"),
        ("path", "\\\\host\\share\\x", "unclear"),
        ("path", "\\\\?\\C:\\x", "unclear"),
        ("path", "//host/share/x", "/host/share/x"),
        ("path", "/data/x\0.png", "unclear"),
        ("path", "\0", "unclear"),
        ("path", "/data/\u{1b}[2J", "unclear"),
        ("path", "/data/\u{7f}x", "unclear"),
        ("unknown", "C:\\Windows\\System32", "unclear"),
        ("unknown", "c:/windows/x", "unclear"),
        ("unknown", "\\\\host\\share\\x", "unclear"),
        ("unknown", "..\\..\\secret", "unclear"),
        ("unknown", "/etc/passwd\0.png", "unclear"),
        ("unknown", "\\d+\\w*", ""),
        ("unknown", "\\\\d+\\\\s", ""),
        ("unknown", "a: b", ""),
        ("unknown", "C: drive", ""),
    ]);
}

#[test]
fn wildcards() {
    check(&[
        ("path", "/data/*.txt", "/data/*.txt | /data"),
        ("path", "/data/**/x", "/data/**/x | /data"),
        ("path", "*.txt", "/srv/work/*.txt | /srv/work"),
        ("path", "/data/app/[slug]/page.tsx", "/data/app/[slug]/page.tsx | /data/app"),
        ("path", "/data/app/[...rest]/page.tsx", "/data/app/[...rest]/page.tsx | /data/app"),
        ("path", "/etc/pass?d", "/etc/pass?d | /etc"),
        ("path", "/data/*/../../etc", "unclear"),
        ("path", "/data/**/..", "unclear"),
        ("path", "/data/{a,../../etc}/x", "unclear | /etc | /data"),
        ("path", "/data/.*/passwd", "unclear"),
        ("path", "/data/.?/passwd", "unclear"),
        ("path", "/*", "/* | /"),
        ("path", "~/*", "/home/ann/* | /home/ann"),
        ("unknown", "/etc/*", "/etc/* | /etc"),
        ("unknown", "**/*.rs", ""),
        ("unknown", "src/**", ""),
    ]);
}

#[test]
fn lists_and_paths_inside_arguments() {
    check(&[
        ("path", "/data/a:/etc/passwd", "/data/a:/etc/passwd | /etc/passwd | /data/a"),
        ("path", "/data/a,/etc/passwd", "/data/a,/etc/passwd | /etc/passwd | /data/a"),
        ("path", "/data/a /etc/passwd", "/data/a /etc/passwd | /etc/passwd | /data/a"),
        ("path", "/data/a\n/etc/passwd", "/data/a\n/etc/passwd | /etc/passwd | /data/a"),
        ("path", "a.txt,.env", "/srv/work/a.txt,.env | /srv/work/.env | /srv/work/a.txt"),
        ("path", "a\n../../etc", "/srv/work/etc | /etc | /srv/work/a"),
        (
            "path",
            "[\"/data/a\",\"/etc/b\"]",
            "/srv/work/[\"/data/a\",\"/etc/b\"] | /srv/work | /data/a | /etc/b",
        ),
        ("path", "--file=/etc/passwd", "/srv/work/--file=/etc/passwd | /etc/passwd"),
        ("path", "--file=../../x", "/srv/work/x | /x"),
        ("path", "-o/etc/passwd", "/srv/work/-o/etc/passwd | /etc/passwd"),
        ("path", "@/etc/passwd", "/srv/work/@/etc/passwd | /etc/passwd"),
        ("path", "key=/etc/passwd", "/srv/work/key=/etc/passwd | /etc/passwd"),
        ("path", "key=~/x", "/srv/work/key=~/x | /home/ann/x"),
        ("path", "HEAD:../../etc", "/srv/work/etc | /etc"),
        ("unknown", "--file=/etc/passwd", "/etc/passwd"),
        ("unknown", "--file=../../x", "/srv/work/x | /x"),
        ("unknown", "--dir=~/x", "/home/ann/x"),
        ("unknown", "-o/etc/passwd", "/etc/passwd"),
        ("unknown", "--file /etc/passwd --verbose", "/etc/passwd"),
        ("unknown", "push --file=/etc/passwd", "/etc/passwd"),
        ("unknown", "@/etc/passwd", "/etc/passwd"),
        ("unknown", "file=@/etc/passwd", "/etc/passwd"),
        ("unknown", "key=/etc/passwd", "/etc/passwd"),
        ("unknown", "a,/etc/passwd,b", "/etc/passwd"),
        ("unknown", "volume:/etc/passwd", "/etc/passwd"),
        ("unknown", "\"/etc/passwd\"", "/etc/passwd"),
        ("unknown", "('/etc/passwd')", "/etc/passwd"),
        ("unknown", "-rf", ""),
        ("unknown", "--verbose --level=3", ""),
    ]);
}

#[test]
fn file_urls() {
    check(&[
        ("path", "file:///data/x", "/data/x"),
        ("path", "file:/data/x", "/data/x"),
        ("path", "FILE:///data/x", "/data/x"),
        ("path", "file://localhost/data/x", "/data/x"),
        ("path", "file://host/data/x", "unclear"),
        ("path", "file:data/x", "unclear"),
        ("path", "file:\\\\\\data", "unclear"),
        ("path", "file:///C:/x", "unclear"),
        ("path", "file:///C|/x", "unclear"),
        ("path", "file:///data/../etc", "/etc"),
        ("path", "file:///data/%2e%2e/etc", "/etc"),
        ("path", "file:///data/..%2fetc", "unclear"),
        ("path", "file:///data/..%5cetc", "unclear"),
        ("path", "file:///data/x%00", "unclear"),
        ("path", "file:///data/%252e%252e/etc", "unclear"),
        ("path", "file:///data/%c0%ae", "unclear"),
        ("path", "file:///data/a%20b", "/data/a b"),
        ("path", "file:///data/a#L10", "/data/a | /data/a#L10"),
        ("path", "file:///data/x?/../../etc/passwd", "/data/x | /etc/passwd"),
        ("url", "file:///etc/passwd", "/etc/passwd"),
        ("reference", "file:///etc/passwd", "/etc/passwd"),
        ("host", "file:///etc/passwd", "/etc/passwd"),
        ("unknown", "file:///etc/passwd", "/etc/passwd"),
        ("unknown", "File:/etc/passwd", "/etc/passwd"),
        ("unknown", "see file:///etc/passwd.", "/etc/passwd"),
        ("unknown", "[x](file:///etc/passwd)", "/etc/passwd"),
        ("unknown", "file://host/x", "unclear"),
        ("unknown", "file: report.txt", ""),
        ("unknown", "view-source:file:///etc/passwd", "/etc/passwd"),
        ("unknown", "jar:file:///etc/x.jar!/a", "/etc/x.jar!/a"),
    ]);
}

#[test]
fn paths_where_nothing_is_known() {
    check(&[
        ("unknown", "/etc/passwd", "/etc/passwd"),
        ("unknown", " /etc/passwd", "/etc/passwd"),
        ("unknown", "/etc", "/etc"),
        ("unknown", "/tmp", "/tmp"),
        ("unknown", "/var", "/var"),
        ("unknown", "/x/y", "/x/y"),
        ("unknown", "/./etc/x", "/etc/x"),
        ("unknown", "/x/../etc", "/etc"),
        ("unknown", "~/x", "/home/ann/x"),
        ("unknown", "~bob/x", "unclear"),
        ("unknown", "$HOME/x", "/home/ann/x"),
        ("unknown", "${HOME}", "/home/ann"),
        ("unknown", "%USERPROFILE%\\x", "unclear"),
        ("unknown", "..", "/srv"),
        ("unknown", "../../etc/passwd", "/etc/passwd"),
        ("unknown", "a/../../../etc/passwd", "/etc/passwd"),
        ("unknown", "/etc/passwd and more", "/etc/passwd | /etc/passwd and more"),
        ("unknown", "%2fetc%2fpasswd", "/srv/work/%2fetc%2fpasswd | /etc/passwd"),
        ("unknown", "%2e%2e/%2e%2e/etc", "/srv/work/%2e%2e/%2e%2e/etc | /etc"),
        ("unknown", "%252e%252e%252fetc", "/srv/work/%252e%252e%252fetc | unclear"),
        ("unknown", "%c0%ae%c0%ae/etc", "/srv/work/%c0%ae%c0%ae/etc | unclear"),
        ("unknown", "..%c0%afetc", "/srv/work/..%c0%afetc | unclear"),
        ("unknown", "\u{ff0f}etc\u{ff0f}passwd", "unclear"),
        ("unknown", "\u{ff0e}\u{ff0e}/etc", "unclear"),
        ("unknown", "{\"a\": \"/etc/passwd\"}", "/etc/passwd"),
        ("unknown", "[\"/etc/passwd\"]", "/etc/passwd"),
        ("unknown", "\"\\u002fetc/passwd\"", "/etc/passwd"),
        ("unknown", "{\"path\": \"secret.txt\"}", "/srv/work/secret.txt"),
        ("unknown", "{\"a\": 1, \"a\": \"/etc/passwd\"}", "unclear"),
        ("unknown", "{\"a\": 1}\n{\"a\": \"/etc/passwd\"}", "/etc/passwd"),
        ("unknown", "{\"a\":\"/etc/passwd\"", "/etc/passwd"),
    ]);
}
