"""Ordinary things that Python programs do, one function each.

everyday.py DIR [NAME]...   runs the operations, each in a new folder of its own below DIR, and prints a line for each:
                            `ok NAME` or `FAILED NAME: ERROR`. Names choose some of them.

Nothing here is forbidden anywhere: outside of a jail all of it must succeed.
"""

import asyncio
import concurrent.futures
import contextlib
import ctypes
import datetime
import fcntl
import getpass
import glob
import grp
import gzip
import hashlib
import http.server
import importlib
import io
import json
import locale
import logging
import logging.handlers
import lzma
import mmap
import multiprocessing
import os
import pathlib
import pickle
import platform
import pwd
import queue
import random
import re
import resource
import secrets
import select
import selectors
import shutil
import signal
import socket
import socketserver
import sqlite3
import ssl
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.request
import uuid
import zipfile
import zoneinfo

OPERATIONS = []


def operation(function):
    OPERATIONS.append(function)
    return function


# Files.


@operation
def read_and_write():
    pathlib.Path("a").write_text("héllo", encoding="utf-8")
    assert pathlib.Path("a").read_text(encoding="utf-8") == "héllo"
    with open("a", "ab") as file:
        file.write(b"!")
    assert os.path.getsize("a") == 7


@operation
def folders():
    os.makedirs("one/two/three")
    os.mkdir("four")
    os.rmdir("four")
    os.removedirs("one/two/three")
    assert os.listdir() == []


@operation
def rename_and_replace():
    pathlib.Path("a").write_text("1")
    pathlib.Path("b").write_text("2")
    os.rename("a", "c")
    os.replace("c", "b")
    assert pathlib.Path("b").read_text() == "1"


@operation
def links():
    pathlib.Path("a").write_text("1")
    os.link("a", "hard")
    os.symlink("a", "soft")
    assert os.path.samefile("a", "hard") and os.readlink("soft") == "a" and os.path.realpath("soft").endswith("/a")


@operation
def modes_and_times():
    pathlib.Path("a").write_text("1")
    os.chmod("a", 0o640)
    os.utime("a", (1000, 2000))
    os.chown("a", os.getuid(), -1)
    found = os.stat("a")
    assert stat.S_IMODE(found.st_mode) == 0o640 and found.st_mtime == 2000


@operation
def copy_and_move():
    pathlib.Path("a").write_bytes(b"x" * 100_000)
    shutil.copy2("a", "b")
    os.mkdir("folder")
    shutil.move("b", "folder/b")
    shutil.copytree("folder", "other")
    shutil.rmtree("folder")
    assert os.path.getsize("other/b") == 100_000


@operation
def walk_and_glob():
    os.makedirs("x/y")
    pathlib.Path("x/y/z.txt").touch()
    assert glob.glob("**/*.txt", recursive=True) == ["x/y/z.txt"]
    assert [files for _, _, files in os.walk(".")][-1] == ["z.txt"]
    with os.scandir("x") as entries:
        assert [entry.is_dir() for entry in entries] == [True]


@operation
def temporary_files():
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"x")
    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    with tempfile.SpooledTemporaryFile(max_size=1) as file:
        file.write(b"xyz")


@operation
def home_folder():
    path = pathlib.Path.home() / ".everyday.json"
    path.write_text("{}")
    path.unlink()
    assert os.path.expanduser("~") == str(pathlib.Path.home())


@operation
def locks():
    with open("a", "w+") as one, open("a") as two:
        fcntl.flock(one, fcntl.LOCK_EX)
        try:
            fcntl.flock(two, fcntl.LOCK_EX | fcntl.LOCK_NB)
            raise AssertionError("locked twice")
        except BlockingIOError:
            pass
        fcntl.lockf(one, fcntl.LOCK_EX)


@operation
def mapped_memory():
    with open("a", "w+b") as file:
        file.truncate(4096)
        with mmap.mmap(file.fileno(), 4096) as memory:
            memory[:5] = b"hello"
            memory.flush()
    assert pathlib.Path("a").read_bytes()[:5] == b"hello"
    with mmap.mmap(-1, 4096) as memory:
        memory.write(b"x")


@operation
def attributes():
    pathlib.Path("a").touch()
    os.setxattr("a", "user.mark", b"x")
    assert os.getxattr("a", "user.mark") == b"x" and os.listxattr("a") == ["user.mark"]


@operation
def descriptors():
    pathlib.Path("a").write_bytes(b"hello")
    source = os.open("a", os.O_RDONLY)
    target = os.open("b", os.O_CREAT | os.O_WRONLY, 0o600)
    assert os.sendfile(target, source, 0, 5) == 5 and os.pread(source, 2, 1) == b"el"
    os.fsync(target)
    os.posix_fallocate(target, 0, 100)
    os.close(os.dup(source))
    os.close(source)
    os.close(target)
    os.truncate("b", 1)


@operation
def space():
    assert shutil.disk_usage(".").total > 0 and os.statvfs(".").f_bsize > 0


@operation
def fifo():
    os.mkfifo("f")
    here = os.open("f", os.O_RDONLY | os.O_NONBLOCK)
    with open("f", "wb") as there:
        there.write(b"x")
    assert os.read(here, 1) == b"x"
    os.close(here)


@operation
def archives():
    pathlib.Path("a").write_bytes(b"x" * 1000)
    with tarfile.open("a.tar.gz", "w:gz") as archive:
        archive.add("a")
    with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write("a")
    os.mkdir("out")
    with tarfile.open("a.tar.gz") as archive:
        archive.extractall("out")
    shutil.unpack_archive("a.zip", "out2")
    assert pathlib.Path("out/a").read_bytes() == pathlib.Path("out2/a").read_bytes()
    assert gzip.decompress(gzip.compress(b"x")) == lzma.decompress(lzma.compress(b"x")) == b"x"


# Data.


@operation
def sqlite():
    with contextlib.closing(sqlite3.connect("data.db")) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
        with base:
            base.executemany("INSERT INTO t (text) VALUES (?)", [(str(n),) for n in range(1000)])
        base.execute("VACUUM")
        with contextlib.closing(sqlite3.connect("data.db")) as other:
            assert other.execute("SELECT count(*) FROM t").fetchone() == (1000,)
    with contextlib.closing(sqlite3.connect("rollback.db")) as base, base:
        base.execute("PRAGMA journal_mode=DELETE")
        base.execute("CREATE TABLE t (x)")


@operation
def json_and_pickle():
    with open("a.json", "w", encoding="utf-8") as file:
        json.dump({"a": [1, 2, {"b": None}]}, file)
    with open("a.json", encoding="utf-8") as file:
        assert pickle.loads(pickle.dumps(json.load(file)))["a"][0] == 1


@operation
def hashes_and_random():
    assert hashlib.sha256(b"x").hexdigest().startswith("2d711642")
    assert len(secrets.token_bytes(16)) == len(os.urandom(16)) == 16
    assert uuid.uuid4() != uuid.uuid1() and random.SystemRandom().random() < 1
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 1000)


@operation
def log_to_a_file():
    handler = logging.handlers.RotatingFileHandler("log", maxBytes=100, backupCount=2)
    logger = logging.getLogger("everyday")
    logger.addHandler(handler)
    for number in range(10):
        logger.warning("message %d", number)
    handler.close()
    assert os.path.exists("log.1")


@operation
def import_what_it_has_written():
    pathlib.Path("made_here.py").write_text("VALUE = 42\n")
    sys.path.insert(0, os.getcwd())
    try:
        assert importlib.import_module("made_here").VALUE == 42
    finally:
        sys.path.pop(0)


@operation
def foreign_functions():
    library = ctypes.CDLL(None)
    assert library.abs(-3) == 3
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda number: number + 1)
    assert callback(1) == 2


# Time, place and identity.


@operation
def clocks():
    assert time.monotonic() > 0 and time.time() > 1e9 and time.perf_counter_ns() > 0 and time.process_time() >= 0
    time.sleep(0.001)
    assert datetime.datetime.now(datetime.timezone.utc).year > 2000 and time.strftime("%Y") != ""


@operation
def time_zones():
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    assert datetime.datetime(2024, 7, 1, tzinfo=berlin).utcoffset() == datetime.timedelta(hours=2)


@operation
def locales():
    assert locale.setlocale(locale.LC_ALL, "")
    assert locale.getpreferredencoding().upper().replace("-", "") == "UTF8" and sys.getfilesystemencoding() == "utf-8"


@operation
def user_name_from_the_environment():
    os.environ.setdefault("USER", "somebody")
    assert getpass.getuser()


@operation
def user_by_number():
    assert pwd.getpwuid(os.getuid()).pw_dir.startswith("/")
    assert grp.getgrgid(os.getgid()).gr_name


@operation
def machine():
    assert os.cpu_count() >= 1 and len(os.sched_getaffinity(0)) >= 1 and platform.platform() and os.uname().sysname == "Linux"
    assert socket.gethostname() and sys.executable and os.getloadavg()[0] >= 0


@operation
def limits_and_usage():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0 and os.nice(0) >= -20


@operation
def own_status():
    text = pathlib.Path("/proc/self/status").read_text()
    assert re.search(r"^VmRSS:", text, re.MULTILINE) and os.listdir("/proc/self/fd")


# Threads, waiting, signals.


@operation
def threads():
    waiting = queue.Queue()
    workers = [threading.Thread(target=waiting.put, args=(n,), name=f"worker-{n}", daemon=True) for n in range(10)]
    for worker in workers:
        worker.start()
    assert sorted(waiting.get(timeout=10) for _ in workers) == list(range(10))
    for worker in workers:
        worker.join()
    event = threading.Event()
    threading.Timer(0.001, event.set).start()
    assert event.wait(10)


@operation
def pool_of_threads():
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda number: number * 2, range(100))) == 9900


@operation
def waiting_for_descriptors():
    here, there = os.pipe()
    os.write(there, b"x")
    assert select.select([here], [], [], 5)[0] == [here]
    poller = select.poll()
    poller.register(here, select.POLLIN)
    assert poller.poll(5000)
    with select.epoll() as waiter:
        waiter.register(here, select.EPOLLIN)
        assert waiter.poll(5)
    with selectors.DefaultSelector() as selector:
        selector.register(here, selectors.EVENT_READ)
        assert selector.select(5)
    os.close(here)
    os.close(there)


@operation
def signals():
    came = []
    signal.signal(signal.SIGUSR1, lambda number, _frame: came.append(number))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    assert came == [signal.SIGUSR1] * 2
    signal.signal(signal.SIGALRM, lambda number, _frame: came.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.005)
    time.sleep(0.05)
    assert came[-1] == signal.SIGALRM
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    os.kill(os.getpid(), signal.SIGUSR2)
    assert signal.sigtimedwait([signal.SIGUSR2], 5).si_signo == signal.SIGUSR2
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR2])


@operation
def memory_and_event_descriptors():
    fd = os.memfd_create("everyday")
    os.ftruncate(fd, 10)
    os.close(fd)
    if hasattr(os, "eventfd"):
        fd = os.eventfd(1)
        assert os.eventfd_read(fd) == 1
        os.close(fd)


@operation
def coroutines():
    async def main():
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, lambda: None)
        assert await asyncio.gather(*(asyncio.sleep(0.001, number) for number in range(5))) == list(range(5))
        assert await asyncio.to_thread(lambda: 1) == 1
        assert await asyncio.wait_for(loop.run_in_executor(None, os.getpid), 5) == os.getpid()

    asyncio.run(main())


# Sockets of its own.


@operation
def local_pair():
    one, two = socket.socketpair()
    with one, two:
        one.sendall(b"x")
        assert two.recv(1) == b"x"
        socket.send_fds(one, [b"y"], [0])
        _, passed, _, _ = socket.recv_fds(two, 1, 1)
        os.close(passed[0])


@operation
def tcp_on_own_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            other, _ = server.accept()
            with other:
                client.sendall(b"x")
                assert other.recv(1) == b"x"


@operation
def udp_on_own_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        server.bind(("127.0.0.1", 0))
        client.sendto(b"x", server.getsockname())
        assert server.recv(1) == b"x"


@operation
def http_on_own_loopback():
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments):
            pass

    pathlib.Path("page").write_text("hello")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{server.server_address[1]}/page", timeout=5) as answer:
            assert answer.read() == b"hello"
        server.shutdown()


@operation
def names_of_this_machine():
    assert any(address[4][0] in ("127.0.0.1", "::1") for address in socket.getaddrinfo("localhost", 80))
    assert socket.gethostbyname("localhost") == "127.0.0.1"
    assert socket.if_nameindex()


@operation
def coroutines_over_tcp():
    async def main():
        async def serve(reader, writer):
            writer.write(await reader.readline())
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        assert await asyncio.wait_for(reader.readline(), 5) == b"hello\n"
        writer.close()
        server.close()

    asyncio.run(main())


@operation
def encryption_context():
    context = ssl.create_default_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    half = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        half.do_handshake()
    except ssl.SSLWantReadError:
        pass
    assert outgoing.pending > 0


# Processes.


@operation
def fork_and_wait():
    child = os.fork()
    if child == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@operation
def programs():
    assert shutil.which("sh")
    done = subprocess.run(["sh", "-c", "cat; echo error >&2; exit 3"], input="text", capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (3, "text", "error\n")
    assert subprocess.check_output("echo a | sort", shell=True, cwd="..", env={"PATH": os.environ["PATH"]}) == b"a\n"


@operation
def program_timed_out():
    try:
        subprocess.run(["sleep", "60"], timeout=0.05, check=False)
        raise AssertionError("it came to an end")
    except subprocess.TimeoutExpired:
        pass
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM


@operation
def itself_once_more():
    assert subprocess.check_output([sys.executable, "-c", "print(6 * 7)"], text=True, timeout=20) == "42\n"


@operation
def spawn_of_posix():
    child = os.posix_spawnp("sh", ["sh", "-c", "exit 4"], os.environ)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 4
    assert os.system("exit 5") == 5 << 8


@operation
def coroutines_with_programs():
    async def main():
        process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        output, _ = await asyncio.wait_for(process.communicate(b"hello"), 20)
        assert output == b"hello" and process.returncode == 0

    asyncio.run(main())


def double(number):
    return 2 * number


@operation
def process_with_a_pipe():
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=there.send, args=("hello",))
    process.start()
    assert here.recv() == "hello"
    process.join(20)
    assert process.exitcode == 0


@operation
def pool_of_processes():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(double, range(10)) == [2 * number for number in range(10)]


@operation
def memory_between_processes():
    from multiprocessing import shared_memory

    memory = shared_memory.SharedMemory(create=True, size=100)
    memory.buf[0] = 7
    memory.close()
    memory.unlink()


@operation
def output_of_many_kinds():
    text = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    print("x", file=text)
    assert not os.isatty(1) and shutil.get_terminal_size().columns > 0 and struct.pack("<I", 1)[0] == 1


def main():
    base, names = sys.argv[1], sys.argv[2:]
    for function in OPERATIONS:
        name = function.__name__
        if names and name not in names:
            continue
        try:
            folder = os.path.join(base, name)
            os.mkdir(folder)
            os.chdir(folder)
            function()
            print(f"ok {name}", flush=True)
        except Exception as error:  # whatever it is, it is what failed
            print(f"FAILED {name}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
