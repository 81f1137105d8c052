"""The filter of system calls of a decoding child, as a BPF program: pure. x86-64; for other machines there is none.

A call that is not let through is answered ENOSYS, as an old kernel would: libraries fall back, and no call is needed
that is not in the list. A call of another architecture's table ends the process.
"""

import platform
import struct

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050000 | 38
_X86_64 = 0xC000003E
_CLONE, _CLONE_THREAD = 56, 0x00010000
_TGKILL = 234

ALLOWED = {
    "read": 0,
    "write": 1,
    "open": 2,
    "close": 3,
    "stat": 4,
    "fstat": 5,
    "lstat": 6,
    "lseek": 8,
    "mmap": 9,
    "mprotect": 10,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "pread64": 17,
    "pwrite64": 18,
    "readv": 19,
    "writev": 20,
    "access": 21,
    "sched_yield": 24,
    "mremap": 25,
    "madvise": 28,
    "nanosleep": 35,
    "getpid": 39,
    "exit": 60,
    "uname": 63,
    "fcntl": 72,
    "fsync": 74,
    "ftruncate": 77,
    "getcwd": 79,
    "rename": 82,
    "unlink": 87,
    "gettimeofday": 96,
    "getrusage": 98,
    "sysinfo": 99,
    "times": 100,
    "sigaltstack": 131,
    "gettid": 186,
    "time": 201,
    "futex": 202,
    "sched_getaffinity": 204,
    "getdents64": 217,
    "restart_syscall": 219,
    "clock_gettime": 228,
    "clock_getres": 229,
    "clock_nanosleep": 230,
    "exit_group": 231,
    "openat": 257,
    "newfstatat": 262,
    "unlinkat": 263,
    "renameat": 264,
    "set_robust_list": 273,
    "renameat2": 316,
    "getrandom": 318,
    "membarrier": 324,
    "statx": 332,
    "rseq": 334,
}


def program(pid: int) -> bytes | None:
    """For the process `pid`, which may make threads, and signal only itself (as `abort` does)."""
    if platform.machine() != "x86_64":
        return None
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _X86_64, skip_if=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    for number in ALLOWED.values():
        steps += [_step(_EQUAL, number, skip_unless=1), _step(_RETURN, _ALLOW)]
    steps += _with_argument(_CLONE, _ANY_BIT, _CLONE_THREAD)
    steps += _with_argument(_TGKILL, _EQUAL, pid)
    return b"".join([*steps, _step(_RETURN, _ENOSYS)])


def _with_argument(number: int, test: int, value: int) -> list[bytes]:
    """The call `number` is let through if its first argument passes the test."""
    return [
        _step(_EQUAL, number, skip_unless=4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(test, value, skip_unless=1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _ENOSYS),
    ]


def _step(code: int, value: int, *, skip_if: int = 0, skip_unless: int = 0) -> bytes:
    return struct.pack("=HBBI", code, skip_if, skip_unless, value)
