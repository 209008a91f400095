"""Records the messages between an MCP client and a stdio MCP server.

The client starts this program in the server's place:

    tee.py --out DIR --name NAME [--env KEY=VALUE]... -- SERVER [ARG]...

Every whole line goes on unaltered and is appended, unaltered, to one of two files:
`NAME.in.jsonl` (client to server) or `NAME.out.jsonl` (server to client). `NAME.order` gets one
character a line, `>` or `<`, so that the two files can be put back in the order of recording.
The files are appended to, since some clients start a server twice.

The server's environment holds what `--env` gives and nothing else: none of the recording
machine's variables can get into a recording. This program does not judge what it relays.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading


class Recorder:
    """Appends lines to the files of one recording, in one order for both directions."""

    def __init__(self, folder: str, name: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        path = os.path.join(folder, name)
        self._files = {
            ">": os.open(path + ".in.jsonl", flags, 0o644),
            "<": os.open(path + ".out.jsonl", flags, 0o644),
        }
        self._order = os.open(path + ".order", flags, 0o644)
        self._lock = threading.Lock()

    def line(self, direction: str, line: bytes) -> None:
        with self._lock:
            os.write(self._files[direction], line)
            os.write(self._order, direction.encode())


def relay(source, sink, recorder: Recorder, direction: str) -> None:
    """Relays lines until the source ends; a last line without an end is relayed, not recorded."""
    try:
        for line in source:
            if line.endswith(b"\n"):
                recorder.line(direction, line)
            sink.write(line)
            sink.flush()
    except (BrokenPipeError, ValueError):
        pass
    finally:
        try:
            sink.close()
        except (BrokenPipeError, ValueError):
            pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--cwd")
    parser.add_argument("server", nargs="+")
    args = parser.parse_args()

    recorder = Recorder(args.out, args.name)
    server = subprocess.Popen(
        args.server,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=args.cwd,
        env=dict(pair.split("=", 1) for pair in args.env),
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    inward = threading.Thread(
        target=relay, args=(sys.stdin.buffer, server.stdin, recorder, ">"), daemon=True
    )
    inward.start()
    relay(server.stdout, sys.stdout.buffer, recorder, "<")
    return server.wait()


if __name__ == "__main__":
    code = main()
    # The thread that reads standard input may still wait in a read; a plain exit would wait for it.
    os._exit(code if code >= 0 else 128 - code)
