//! Tools that people use all day work in the jail as they do outside: git, a Python environment's pip, npm, the shell with
//! pipes and jobs, and what it starts. Each has to print the same inside as outside. Most change permissions or times of files,
//! which T2 lets them do where the operator accepts that.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

mod jailed;

use jailed::{ACCEPTED, NO_DRIVER, User, World};
use portcullis_e2e::skip;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A tool at work: a shell script, run in a folder of its own, with the folder `shared` as its first word.
struct Work {
    /// The programs that must be there, by absolute path.
    needs: &'static [&'static [&'static str]],
    /// What is prepared in `shared`, outside of any jail.
    prepare: &'static str,
    script: &'static str,
    /// What it prints must have these in it.
    prints: &'static [&'static str],
}

impl Work {
    fn check(&self) {
        let missing = |places: &&&[&str]| !places.iter().any(|place| Path::new(place).exists());
        if let Some(places) = self.needs.iter().find(missing) {
            return skip(&format!("needs `{}`", places.join("` or `")));
        }
        let Some(preparing) = World::new(User::Own) else { return skip(NO_DRIVER) };
        let shared = preparing.folder("shared");
        let mut prepare = preparing.command(Path::new("/bin/sh"));
        prepare.current_dir(&shared).args(["-eu", "-c", self.prepare]);
        text(&prepare.output().unwrap(), "the preparation");
        for user in User::all() {
            self.check_as(*user, &shared);
        }
    }

    fn check_as(&self, user: User, shared: &Path) {
        let world = World::new(user).unwrap();
        let script = world.at("script.sh");
        std::fs::write(&script, format!("set -eux\nshared=$1\n{}\n", self.script)).unwrap();
        let run = |mut command: Command, folder: &Path| {
            command.current_dir(folder);
            command.arg(&script).arg(shared).output().unwrap()
        };
        let outside = run(world.command(Path::new("/bin/sh")), &world.folder("outside"));
        let outside = text(&outside, "outside of any jail");
        for wanted in self.prints {
            assert!(outside.contains(wanted), "`{wanted}` is not in: {outside}");
        }
        for tier in ["T1", "T2"] {
            let folder = world.folder(tier);
            let manifest = json!({
                "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json",
                "version": "1.0", "profile": "sandboxed", "spawn": true, "min_tier": tier,
                "filesystem": {
                    "read": [below(&folder), below(shared), script.to_str().unwrap()],
                    "write": [below(&folder)],
                },
            });
            let options: Vec<&str> = match tier {
                "T1" => vec!["--tier", "T1"],
                _ => vec!["--tier", "T2", "--accept", ACCEPTED, "--accept", "attributes"],
            };
            let output = run(world.jail(&manifest, &options, Path::new("/bin/sh")), &folder);
            if tier == "T1" && output.status.code() == Some(4) {
                skip("needs user namespaces: this machine has no T1");
                continue;
            }
            assert_eq!(text(&output, tier), outside, "{tier}, {user:?}");
        }
    }
}

/// What was printed, once the program has ended well.
fn text(output: &Output, what: &str) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {}\n{text}\n{errors}", output.status);
    text
}

fn below(folder: &Path) -> PathBuf {
    folder.join("**")
}

const GIT: &[&str] = &["/usr/bin/git", "/usr/local/bin/git"];
const PYTHON: &[&str] = &["/usr/bin/python3", "/usr/local/bin/python3"];
const NODE: &[&str] = &["/usr/bin/node", "/usr/local/bin/node"];
const NPM: &[&str] = &["/usr/bin/npm", "/usr/local/bin/npm"];

#[test]
fn git_keeps_a_repository() {
    Work {
        needs: &[GIT],
        prepare: "",
        script: r#"
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.test GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.test
git init -q -b main repository
cd repository
echo one > file; mkdir folder; echo two > folder/file
git add .
git commit -q -m "the first"
git branch other
git switch -q other
echo three >> file
git commit -q -a -m "the second"
git switch -q main
git merge -q --no-edit other
git mv file moved
git commit -q -m "the third"
git tag v1
git log --format='%s %an'
git status --short
git diff --stat v1~1 v1
git rev-list --count HEAD
git stash list
git gc -q
git fsck --no-progress
git clone -q . ../copy
git -C ../copy log --oneline | wc -l
git worktree add -q ../tree other
cat ../tree/file
git archive HEAD | tar t
"#,
        prints: &["the third a", "the first a"],
    }
    .check();
}

#[test]
fn a_python_environment_lists_its_packages() {
    Work {
        needs: &[PYTHON],
        prepare: r#"
PATH=/usr/bin:/usr/local/bin:$PATH
python3 -m venv environment
mkdir -p package && cd package
printf 'VALUE = 42\n' > everyday_package.py
site=$(../environment/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp everyday_package.py "$site"
mkdir "$site/everyday_package-1.2.3.dist-info"
printf 'Metadata-Version: 2.1\nName: everyday-package\nVersion: 1.2.3\n' > "$site/everyday_package-1.2.3.dist-info/METADATA"
printf 'pip\n' > "$site/everyday_package-1.2.3.dist-info/INSTALLER"
printf '' > "$site/everyday_package-1.2.3.dist-info/RECORD"
"#,
        script: r#"
"$shared/environment/bin/python" -m pip list --disable-pip-version-check --format=freeze
"$shared/environment/bin/pip" show -q everyday-package
"$shared/environment/bin/python" -c 'import everyday_package, sys; print(everyday_package.VALUE, sys.prefix != sys.base_prefix)'
"#,
        prints: &["everyday-package==1.2.3", "42 True"],
    }
    .check();
}

#[test]
fn npm_lists_a_project() {
    Work {
        needs: &[NODE, NPM],
        prepare: r#"
mkdir -p project/node_modules/inner
cd project
printf '{"name":"project","version":"1.0.0","dependencies":{"inner":"1.2.3"}}' > package.json
printf '{"name":"inner","version":"1.2.3","main":"index.js"}' > node_modules/inner/package.json
printf 'module.exports = 7;' > node_modules/inner/index.js
"#,
        script: r#"
cp -r "$shared/project" project
cd project
npm ls --offline --json --no-update-notifier
npm pkg get version
npm run env --silent > environment && grep -c '^npm_' environment > /dev/null
node -e 'console.log(require("inner"))'
"#,
        prints: &["\"1.2.3\"", "7"],
    }
    .check();
}

#[test]
fn the_shell_does_its_work() {
    Work {
        needs: &[&["/bin/sh"], &["/bin/bash"], &["/usr/bin/awk"], &["/usr/bin/tar"]],
        prepare: "mkdir data; i=0; while [ $i -lt 50 ]; do echo \"line $i\" > data/$i.txt; i=$((i + 1)); done",
        script: r#"
cat <<HERE | tr a-z A-Z
a here-document of $((6 * 7))
HERE
for file in "$shared"/data/*7.txt; do cat "$file"; done
((sleep 0.05; echo one) & (sleep 0.01; echo two) & wait) | sort
echo "$(printf '%s\n' c b a | sort | paste -s -d, -)"
find "$shared/data" -name '*.txt' | wc -l
find . -type d | sort
cp -a "$shared/data" copy
tar czf data.tar.gz copy && mkdir out && tar xzf data.tar.gz -C out && ls out/copy | wc -l
gzip -k copy/1.txt && zcat copy/1.txt.gz
sed -i 's/line/LINE/' copy/2.txt && cat copy/2.txt
awk '{ sum += $2 } END { print sum }' copy/[0-9].txt 2>/dev/null || true
grep -rl 'LINE' copy
diff copy/3.txt copy/4.txt || true
echo a b | xargs -n1 echo
mkfifo pipe; (echo through > pipe &) ; cat pipe
ln -s copy link; readlink -f link | sed 's,.*/,,'
touch -d 2020-01-01 copy/5.txt; date -u -r copy/5.txt +%F; stat -c %a copy/5.txt > /dev/null
chmod 700 copy/6.txt; stat -c %a copy/6.txt
test -w /dev/null && echo x > /dev/null
head -c 16 /dev/urandom | wc -c
dd if=/dev/zero of=zeros bs=1k count=4 2>/dev/null; wc -c < zeros
mktemp > name; rm "$(cat name)"
exec 3> three; echo 3 >&3; exec 3>&-; cat three
trap 'echo trapped' USR1; kill -USR1 $$
timeout 0.05 sleep 5 || echo $?
nohup true > /dev/null 2>&1; nice -n 1 true; env -i /bin/true
seq 3 | tee copied | sha256sum | cut -c 1-8
bash -c 'shopt -s globstar; files=(**/7.txt); echo "${#files[@]}"; diff <(echo a) <(echo a) && echo same; coproc cat; echo hi >&"${COPROC[1]}"; read -r line <&"${COPROC[0]}"; echo "$line"'
nproc > /dev/null; uname -s; id -u > /dev/null; df . > /dev/null; du -s copy > /dev/null
"#,
        prints: &["A HERE-DOCUMENT OF 42", "a,b,c", "trapped", "124", "through", "same"],
    }
    .check();
}

#[test]
fn perl_works() {
    Work {
        needs: &[&["/usr/bin/perl"]],
        prepare: "",
        script: r#"
perl -MPOSIX -MFile::Temp=tempfile -e 'my ($handle, $name) = tempfile(UNLINK => 1); print $handle "x"; close $handle; print -s $name, "\n"'
echo text > file; perl -pi -e 's/t/T/g' file; cat file
perl -e 'my $child = fork; exit 3 if !$child; waitpid $child, 0; print $? >> 8, "\n"; print `echo from perl`'
"#,
        prints: &["TexT", "from perl"],
    }
    .check();
}
