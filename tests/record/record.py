"""Records `crates/wire/tests/messages/recorded` anew.

    python3 tests/record/record.py --work DIR [--only WORD]

`DIR` is a throw-away folder outside the repository. What it does not hold yet is installed into
it from `tests/deps`: the npm packages, a Python environment, and the source distribution of the
Python client for its example servers. The servers run in `/tmp/demo` with an empty environment,
so that a recording holds nothing of the machine it was made on. Identifiers, clocks and random
readings differ from run to run; `verify.py` tells whether a new recording is fit to be kept.
"""

import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import venv
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEPS = HERE.parent / "deps"
OUT = HERE.parents[1] / "crates/wire/tests/messages/recorded"
DEMO = Path("/tmp/demo")
STORY_VERSION = "2.3.0"

# Stories of the Python source distribution, by the eras in which their client can run them whole.
BOTH_ERAS = [
    "tools", "prompts", "resources", "refund_desk", "apps", "extensions", "custom_methods",
    "error_handling", "pagination", "schema_validators", "middleware", "lifespan", "stickynotes",
    "streaming",
]
MODERN_ONLY = ["mrtr", "subscriptions"]
LEGACY_ONLY = ["sampling", "roots", "legacy_elicitation"]


def run(command: list[str], **options) -> None:
    subprocess.run([str(part) for part in command], check=True, **options)


def install(work: Path) -> None:
    if not (work / "node_modules").is_dir():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(DEPS / name, work)
        run(["npm", "ci", "--ignore-scripts"], cwd=work)
    if not (work / "py").is_dir():
        venv.create(work / "py", with_pip=True)
        run([work / "py/bin/pip", "install", "-q", "-r", DEPS / "requirements.txt"])
    if not (work / f"mcp-{STORY_VERSION}").is_dir():
        package = f"mcp=={STORY_VERSION}"
        run([work / "py/bin/pip", "download", "-q", "--no-deps", "--no-binary", "mcp", "-d", work, package])
        shutil.unpack_archive(work / f"mcp-{STORY_VERSION}.tar.gz", work, filter="data")
    # The scripts are run from beside the packages, where Node looks for them.
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, work)


def pixel() -> bytes:
    """A PNG of one pixel."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    image = zlib.compress(b"\0\x64\xc8\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", image) + chunk(b"IEND", b"")


def lay_out_demo() -> None:
    shutil.rmtree(DEMO, ignore_errors=True)
    (DEMO / "folder").mkdir(parents=True)
    (DEMO / "hello.txt").write_text("hello, world\n")
    (DEMO / "lines.txt").write_text("one\ntwo\nthree\n")
    (DEMO / "\u65e5\u672c\u8a9e \u00fcber.txt").write_text("\u201cquoted\u201d \u00e9t\u00e9 \U0001f41d\ttab\u0007bell\n")
    (DEMO / "folder/data.json").write_text('{"a": 1.0, "b": [1e2, null]}\n')
    (DEMO / "pixel.png").write_bytes(pixel())
    silence = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + struct.pack("<I", 0)
    (DEMO / "tone.wav").write_bytes(b"RIFF" + struct.pack("<I", len(silence)) + silence)
    for path in DEMO.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))


def lay_out_repository() -> None:
    repo = DEMO / "repo"
    dates = {"GIT_AUTHOR_DATE": "2001-02-03T04:05:06Z", "GIT_COMMITTER_DATE": "2001-02-03T04:05:06Z"}
    plain = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", **dates}

    def git(*words: str) -> None:
        run(["git", "-C", repo, *words], env=plain, stdout=subprocess.DEVNULL)

    repo.mkdir()
    git("init", "--initial-branch", "main")
    git("config", "user.name", "Ada \u00c5gren")
    git("config", "user.email", "ada@example.org")
    (repo / "notes.txt").write_text("first line\n")
    git("add", ".")
    git("commit", "-m", "Begin")
    (repo / "notes.txt").write_text("first line\nsecond \u2014 line\n")
    (repo / "new.txt").write_text("untracked\n")


class Session:
    """Runs one client against one recorded server."""

    def __init__(self, work: Path, out: Path, only: str) -> None:
        self.work, self.out, self.only = work, out, only
        self.node = Path(shutil.which("node")).resolve()
        self.python = work / "py/bin/python"
        self.stories = work / f"mcp-{STORY_VERSION}/examples"

    def tee(self, name: str, environment: dict[str, str]) -> str:
        command = ["/usr/bin/env", "python3", str(HERE / "tee.py"), "--out", str(self.out), "--name", name]
        command += ["--cwd", str(DEMO)]
        for pair in environment.items():
            command += ["--env", "=".join(pair)]
        return json.dumps(command)

    def begin(self, name: str) -> bool:
        if self.only not in name:
            return False
        print(name, file=sys.stderr)
        for stale in self.out.glob(f"{name}.*"):
            if stale.name.removeprefix(name) in (".in.jsonl", ".out.jsonl", ".order"):
                stale.unlink()
        lay_out_demo()
        return True

    def npm(self, name: str, script: list[str], server: list, environment: dict[str, str] | None = None) -> None:
        if self.begin(name):
            script, *words = script
            tee = self.tee(name, environment or {})
            run([self.node, script, *words, tee, self.node, *server], cwd=self.work, timeout=120)

    def pypi(self, name: str, scenario: str, era: str, server: list, environment: dict[str, str] | None = None) -> None:
        if self.begin(name):
            if scenario == "git":
                lay_out_repository()
            tee = self.tee(name, environment or {})
            client = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(self.stories), "PYTHONWARNINGS": "ignore"}
            run([self.python, HERE / "clients.py", scenario, era, tee, *server], env=client, timeout=120)

    def story(self, story: str, era: str, label: str) -> None:
        server = [self.python, self.stories / "stories" / story / "server.py"]
        environment = {"PYTHONPATH": str(self.stories), "PYTHONWARNINGS": "ignore"}
        self.pypi(f"py-story-{story}-{STORY_VERSION}-{label}", f"story:{story}", era, server, environment)


def record_npm(session: Session) -> None:
    official = session.work / "node_modules/@modelcontextprotocol"
    version = "2026.8.31"
    everything = [official / "server-everything/dist/index.js"]
    session.npm(f"everything-{version}-legacy", ["clients.mjs", "everything"], everything)
    session.npm(f"everything-{version}-auto", ["clients.mjs", "probed"], everything)
    session.npm(f"everything-{version}-tasks", ["tasks.mjs"], everything)
    for revision in ("2024-11-05", "2025-03-26", "2025-06-18"):
        session.npm(f"everything-{version}-{revision}", ["clients.mjs", revision], everything)
    session.npm(f"filesystem-{version}-legacy", ["clients.mjs", "filesystem"], [official / "server-filesystem/dist/index.js", DEMO])
    graph = {"MEMORY_FILE_PATH": str(DEMO / "memory.jsonl")}
    session.npm(f"memory-{version}-legacy", ["clients.mjs", "memory"], [official / "server-memory/dist/index.js"], graph)
    session.npm(f"sequential-thinking-{version}-legacy", ["clients.mjs", "thinking"], [official / "server-sequential-thinking/dist/index.js"])
    for era in ("legacy", "modern", "auto"):
        session.npm(f"ts-peer-2.4.0-{era}", ["clients.mjs", f"peer-{era}"], [session.work / "peer.mjs"])


def record_pypi(session: Session) -> None:
    programs = session.work / "py/bin"
    dates = {"GIT_AUTHOR_DATE": "981176706 +0000", "GIT_COMMITTER_DATE": "981176706 +0000", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
    for label, era in (("legacy", "legacy"), ("modern", "2026-07-28")):
        session.pypi(f"git-2026.10.19-{label}", "git", era, [programs / "mcp-server-git"], dates)
        session.pypi(f"time-2026.10.19-{label}", "time", era, [programs / "mcp-server-time", "--local-timezone", "UTC"])
        session.pypi(f"fetch-2026.10.24-{label}", "fetch", era, [programs / "mcp-server-fetch"])
        for example in ("icons_demo", "unicode_example", "complex_inputs"):
            path = str(session.stories / f"mcpserver/{example}.py")
            server = [session.python, "-c", f"import runpy; runpy.run_path({path!r})['mcp'].run()"]
            session.pypi(f"py-{example}-{STORY_VERSION}-{label}", "sweep", era, server)
    for story in BOTH_ERAS:
        session.story(story, "legacy", "legacy")
        session.story(story, "2026-07-28", "modern")
    for story in MODERN_ONLY:
        session.story(story, "2026-07-28", "modern")
    for story in LEGACY_ONLY:
        session.story(story, "legacy", "legacy")
    session.story("dual_era", "auto", "auto")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default="", help="record only the sessions whose name holds this")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    OUT.mkdir(parents=True, exist_ok=True)
    install(work)
    session = Session(work, OUT, args.only)
    record_npm(session)
    record_pypi(session)
    shutil.rmtree(DEMO, ignore_errors=True)


if __name__ == "__main__":
    main()
