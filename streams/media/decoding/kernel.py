"""The few calls to the kernel that Python lacks. Each says whether the kernel took it; none decides anything."""

import ctypes

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
CLONE_NEWIPC = 0x08000000
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522


def syscall(number: int, *arguments: object) -> int:
    """The kernel's answer, or minus the error number."""
    answer = int(_libc.syscall(number, *arguments))
    return answer if answer >= 0 else -ctypes.get_errno()


def prctl(option: int, *arguments: int) -> bool:
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    return not _libc.prctl(option, *padded)


def unshare(flags: int) -> bool:
    return not _libc.unshare(flags)


def drop_capabilities() -> bool:
    """Root without capabilities is a user like any other, but for the files it owns."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    return not _libc.capset(header, (ctypes.c_uint32 * 6)())


def install_filter(program: bytes) -> bool:
    """A seccomp filter for this process and its threads to come. `PR_SET_NO_NEW_PRIVS` must stand."""
    kept = ctypes.create_string_buffer(program, len(program))
    filter_ = _Filter(len(program) // 8, ctypes.addressof(kept))
    return prctl(PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(filter_))


class _Filter(ctypes.Structure):
    _fields_ = (("instructions", ctypes.c_ushort), ("program", ctypes.c_void_p))
