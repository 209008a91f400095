#!/usr/bin/env python3
"""Fetches the pinned packages and unpacks at most 50 MB of their source text into a folder.

Usage: fetch.py FOLDER. Archives are kept in FOLDER/archives, the text in FOLDER/source. Needs npm and pip.
"""
import pathlib
import subprocess
import sys
import tarfile
import zipfile

TEXT = {".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".py", ".pyi", ".json", ".md", ".rst", ".txt", ".yml", ".yaml",
        ".toml", ".cfg", ".ini", ".html", ".xml", ".sh", ".j2", ".po", ".css", ".map"}
TOTAL = 50_000_000
PER_PACKAGE = 2_500_000
PER_FILE = 1_000_000


def download(registry, name, version, archives):
    if registry == "npm":
        stem = f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"
        if not (archives / stem).exists():
            subprocess.run(["npm", "pack", "--silent", f"{name}@{version}", "--pack-destination", archives], check=True,
                           stdout=subprocess.DEVNULL)
        return archives / stem
    folder = archives / f"{name}-{version}"
    if not any(folder.glob("*.whl")):
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", folder,
                        f"{name}=={version}"], check=True)
    return next(folder.glob("*.whl"))


def members(archive):
    if archive.suffix == ".tgz":
        with tarfile.open(archive) as pack:
            for member in sorted((m for m in pack.getmembers() if m.isfile()), key=lambda m: m.name):
                yield member.name, member.size, lambda member=member: pack.extractfile(member).read()
    else:
        with zipfile.ZipFile(archive) as pack:
            for member in sorted(pack.infolist(), key=lambda m: m.filename):
                yield member.filename, member.file_size, lambda member=member: pack.read(member)


def main():
    root = pathlib.Path(sys.argv[1])
    archives, source = root / "archives", root / "source"
    archives.mkdir(parents=True, exist_ok=True)
    listing = pathlib.Path(__file__).with_name("packages.txt").read_text().splitlines()
    packages = [line.split() for line in listing if line and not line.startswith("#")]
    total = files = 0
    for registry, name, version in packages:
        taken = 0
        for path, size, read in members(download(registry, name, version, archives)):
            suffix = pathlib.PurePosixPath(path).suffix
            if suffix not in TEXT or not 0 < size <= PER_FILE or taken + size > PER_PACKAGE or total + size > TOTAL:
                continue
            content = read()
            try:
                content.decode()
            except UnicodeDecodeError:
                continue
            target = source / f"{registry}-{name.replace('/', '-')}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            taken, total, files = taken + size, total + size, files + 1
    print(f"{files} files, {total} bytes in {source}")


main()
