#!/usr/bin/env python3
"""Compares the scanner with detect-secrets and secretlint.

Usage: compare.py FOLDER [SAMPLES.json]

FOLDER is what fetch.py filled; the two detectors are installed into FOLDER/detectors at the versions below. Prints how
many distinct (file, text) findings each has in FOLDER/source and lists them in FOLDER/findings-*.tsv to be judged by a
person. With SAMPLES.json, an object of lists of texts that each hold a credential, prints the recall of each detector
on each list; our own rule samples are always one of the lists. Samples of other projects are not part of this
repository: take them from their test files.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import venv

DETECT_SECRETS = "detect-secrets==1.5.0"
SECRETLINT = ["secretlint@9.3.4", "@secretlint/secretlint-rule-preset-recommend@9.3.4"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def install(folder):
    python = folder / "venv"
    if not python.exists():
        venv.create(python, with_pip=True)
        subprocess.run([python / "bin/pip", "install", "-q", DETECT_SECRETS], check=True)
    if not (folder / "node_modules").exists():
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, *SECRETLINT], check=True)
    (folder / "secretlintrc.json").write_text(json.dumps(
        {"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}))
    subprocess.run(["cargo", "build", "-q", "--release", "-p", "portcullis-policy", "--example", "scan_files"], cwd=ROOT,
                   check=True)


def target():
    meta = subprocess.run(["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout
    return pathlib.Path(json.loads(meta)["target_directory"]) / "release/examples/scan_files"


def ours(source):
    lines = subprocess.run([target(), source], check=True, capture_output=True, text=True).stdout.splitlines()
    for line in lines:
        path, number, rule, text, _ = line.split("\t", 4)
        yield str(pathlib.Path(path).relative_to(source)), number, rule, text


def detect_secrets(source, detectors):
    run = subprocess.run([detectors / "venv/bin/detect-secrets", "scan", "--all-files", "."], cwd=source, check=True,
                         capture_output=True, text=True)
    for path, found in json.loads(run.stdout)["results"].items():
        for one in found:
            yield path, str(one["line_number"]), one["type"], one["hashed_secret"]


def secretlint(source, detectors):
    # It truncates what it writes to a pipe, and reads globs relative to where it runs.
    copy = detectors / "input"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy)
    report = detectors / "report.json"
    with report.open("w") as out:
        subprocess.run([detectors / "node_modules/.bin/secretlint", "--secretlintrc", "secretlintrc.json", "--format", "json",
                        "input/**/*"], cwd=detectors, stdout=out, stderr=subprocess.DEVNULL, check=False)
    for file in json.loads(report.read_text()):
        for message in file["messages"]:
            start, end = message["range"]
            path = str(pathlib.Path(file["filePath"]).relative_to(copy))
            yield path, str(message["loc"]["start"]["line"]), message["messageId"], repr(file["sourceContent"][start:end])


def false_alarms(folder, detectors):
    for name, found in [("ours", ours(folder / "source")), ("detect-secrets", detect_secrets(folder / "source", detectors)),
                        ("secretlint", secretlint(folder / "source", detectors))]:
        rows = sorted(found)
        distinct = {(path, text) for path, _, _, text in rows}
        (folder / f"findings-{name}.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
        print(f"{name:16} {len(rows):5} findings  {len(distinct):5} distinct")


def recall(folder, detectors, lists):
    rules = (ROOT / "crates/policy/data/credentials.rules").read_text().splitlines()
    lists["our rule samples"] = [line[6:].replace("\u00a6", "").replace("\u23ce", "\n") for line in rules
                                 if line.startswith("match ")]
    for name, texts in lists.items():
        sample = folder / "sample"
        shutil.rmtree(sample, ignore_errors=True)
        sample.mkdir()
        for number, text in enumerate(texts):
            (sample / f"{number:04}.txt").write_text(text + "\n")
        hits = {who: len({row[0] for row in found}) for who, found in
                [("ours", ours(sample)), ("detect-secrets", detect_secrets(sample, detectors)),
                 ("secretlint", secretlint(sample, detectors))]}
        print(f"{name:20} {len(texts):4} samples  " + "  ".join(f"{who} {count}" for who, count in hits.items()))


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    detectors = folder / "detectors"
    detectors.mkdir(exist_ok=True)
    install(detectors)
    recall(folder, detectors, json.loads(pathlib.Path(sys.argv[2]).read_text()) if len(sys.argv) > 2 else {})
    false_alarms(folder, detectors)


main()
