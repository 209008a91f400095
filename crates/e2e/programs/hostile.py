"""A hostile script: tries one way out of a jail, as programs/hostile does, with what Python has at hand."""

import ctypes
import errno
import os
import socket
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)


def call(number, *arguments):
    value = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(argument) for argument in arguments))
    if value == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return value


def read(path, wanted=""):
    with open(path, errors="replace") as file:
        content = file.read(65536)
    if not content or wanted not in content:
        raise LookupError("it holds nothing of the kind")
    return f"{len(content)} characters read"


def write(path):
    with open(path, "a") as file:
        file.write("#")
    return "written"


def listing(path, wanted):
    if wanted not in os.listdir(path):
        raise LookupError("it is not listed")
    return "it is listed"


def link(target, path):
    os.symlink(target, path)
    return read(path)


def tcp(host, port):
    with socket.create_connection((host, int(port)), timeout=0.7) as stream:
        return answered(stream)


def local(path):
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(path)
        return answered(stream)


def answered(stream):
    if stream.recv(5) != b"decoy":
        raise LookupError("somebody else answered")
    return "the decoy answered"


def datagram(host, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.7)
        asking.connect((host, int(port)))
        asking.send(b"ask")
        return answered(asking)


def pair(path):
    one, _other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"planted", path)
    return "sent"


def memory(process, address):
    buffer = ctypes.create_string_buffer(16)
    here = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 16)
    there = (ctypes.c_size_t * 2)(int(address), 16)
    call(310, int(process), ctypes.addressof(here), 1, ctypes.addressof(there), 1, 0)
    return buffer.value.decode()


def trace(process):
    call(101, 0x4206, int(process), 0, 0)
    return "it is traced"


def signal(process):
    os.kill(int(process), 23)
    return "delivered"


def variable(name):
    if name not in os.environ:
        raise LookupError("it is not set")
    return "it is set"


def spawn(path):
    subprocess.run([path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return "started"


def chmod(path):
    os.chmod(path, 0o777)
    return "changed"


def unshare():
    call(272, 0x10000000)
    return "a new namespace"


ATTACKS = {
    "read": read, "write": write, "list": listing, "symlink-read": link, "tcp": tcp, "local": local, "udp": datagram,
    "pair": pair, "memory-read": memory, "trace": trace, "signal": signal, "variable": variable, "spawn": spawn,
    "chmod": chmod, "unshare-user": unshare,
}


def main():
    try:
        print("ESCAPED:", ATTACKS[sys.argv[1]](*sys.argv[2:]))
        return 0
    except OSError as error:
        print("stopped:", errno.errorcode.get(error.errno, str(error)))
    except LookupError as error:
        print("stopped:", error.args[0])
    return 1


if __name__ == "__main__":
    sys.exit(main())
