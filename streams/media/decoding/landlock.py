"""Landlock: from here on this process reads one file, writes in one folder, and never opens anything else.

But for the installed Python libraries, which hold no secrets: some load a part of theirs only when a file needs it.
"""

import ctypes
import os
import struct
import sysconfig

from streams.media.decoding.kernel import syscall

# The same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_REGULAR, _TRUNCATE = 1 << 5, 1 << 8, 1 << 14
_FOLDER = _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_FILE | _MAKE_REGULAR | _TRUNCATE
# Rights the kernel knows, by the version of its interface: what is handled and not allowed is denied.
_FILE_RIGHTS = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15, 5: 1 << 16}
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_TCP, _SCOPES = 0b11, 0b11  # bind and connect; abstract sockets and signals


def restrict(source: str, folder: str) -> bool:
    """`PR_SET_NO_NEW_PRIVS` must stand. False when this kernel has no Landlock."""
    version = syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    files = _FILE_RIGHTS[min(version, 5)] - 1
    attributes = struct.pack("=QQQ", files, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        rules = {source: _READ_FILE, folder: _FOLDER & files} | dict.fromkeys(_LIBRARIES, _READ_FILE | _READ_DIR)
        return all(_allow(ruleset, *rule) for rule in rules.items()) and not syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> bool:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        return not syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)
