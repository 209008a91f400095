"""Checks that the message corpus is fit to be used as fixtures, and counts it.

    python3 tests/record/verify.py

Every message must be strict JSON (UTF-8, no doubled key, no NaN) and a JSON-RPC 2.0 object; every
file must end with a line end and hold no carriage return; each `.order` must agree with its two
files; whole files must not be doubled; nothing of the recording machine may show.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "crates/wire/tests/messages"
# Folders of people and machines, and what a secret looks like. The example folder
# `/workspace` and the method `notifications/roots/list_changed` are not meant.
LEAK = re.compile(r'(?<![\w])/(root|home|Users|work|var|usr|opt)/|BEGIN [A-Z ]*PRIVATE KEY|\b(ghp|sk|xox[bp])[-_][A-Za-z0-9]{16}')


class Unfit(Exception):
    """A message or a file that must not be in the corpus."""


def no_doubles(pairs: list[tuple[str, object]]) -> dict:
    seen = Counter(key for key, _ in pairs)
    doubled = [key for key, times in seen.items() if times > 1]
    if doubled:
        raise Unfit(f"doubled key `{doubled[0]}`")
    return dict(pairs)


def no_constant(name: str) -> None:
    raise Unfit(f"`{name}` is not JSON")


def message(raw: bytes) -> dict:
    value = json.loads(raw.decode("utf-8"), object_pairs_hook=no_doubles, parse_constant=no_constant)
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0":
        raise Unfit("not a JSON-RPC 2.0 object")
    if not ({"method", "result", "error"} & value.keys()):
        raise Unfit("neither request, notification nor answer")
    return value


def messages_of(path: Path) -> list[bytes]:
    raw = path.read_bytes()
    if b"\r" in raw or not raw.endswith(b"\n"):
        raise Unfit("wrong line ends")
    found = LEAK.search(raw.decode("utf-8"))
    if found:
        raise Unfit(f"shows `{found.group()}`")
    return raw.splitlines() if path.suffix == ".jsonl" else [raw]


def check_order(path: Path) -> None:
    order = Counter(path.read_text())
    stem = str(path).removesuffix(".order")
    for mark, name in ((">", ".in.jsonl"), ("<", ".out.jsonl")):
        lines = len(Path(stem + name).read_bytes().splitlines())
        if order.pop(mark, 0) != lines:
            raise Unfit(f"counts other than {lines} lines {mark}")
    if order:
        raise Unfit("holds other marks than < and >")


def main() -> int:
    counts, distinct, methods, faults, whole = Counter(), set(), Counter(), [], {}
    for path in sorted(MESSAGES.rglob("*")):
        if path.suffix not in (".json", ".jsonl", ".order"):
            continue
        try:
            if path.suffix == ".order":
                check_order(path)
                continue
            twin = whole.setdefault(path.read_bytes(), path)
            if path.suffix == ".json" and twin is not path:
                raise Unfit(f"the same as {twin.name}")
            for raw in messages_of(path):
                value = message(raw)
                counts[str(path.parent.relative_to(MESSAGES))] += 1
                distinct.add(raw)
                if "method" in value:
                    methods[value["method"]] += 1
        except (Unfit, ValueError) as fault:
            faults.append(f"{path.relative_to(ROOT)}: {fault}")
    for folder, count in sorted(counts.items()):
        print(f"{count:6}  {folder}")
    print(f"{sum(counts.values()):6}  in all, {len(distinct)} distinct, {len(methods)} methods")
    if "--methods" in sys.argv:
        for method, count in sorted(methods.items()):
            print(f"{count:6}  {method}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
