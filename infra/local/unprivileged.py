"""PostgreSQL refuses to run as root: how root runs it all the same."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from infra.local.faults import StackFault

ACCOUNTS = ("postgres", "nobody")  # it must only exist: initdb looks up its name


def as_unprivileged(command: Sequence[str], data: Path) -> tuple[str, ...]:
    """The command as it must be started; itself, when we are not root.

    First choice is a user namespace in which we look like another user: files stay ours, and folders above
    the clone that only root may enter (such as /root) stay open. Where the kernel forbids that, we become
    the other user, who must then be able to reach the folder.
    """
    if os.geteuid() != 0:
        return tuple(command)
    account = _account()
    if _has_namespaces(account.pw_uid):
        return ("unshare", "--user", f"--map-user={account.pw_uid}", "--", *command)
    become = ("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--")
    if subprocess.run([*become, "test", "-x", str(data.parent)], check=False).returncode:
        raise StackFault(
            f"PostgreSQL may not run as root, and user {account.pw_name} cannot enter {data.parent}:"
            " run as another user, or set BACKCHANNEL_LOCAL_STATE to a folder that everybody may enter"
        )
    if data.exists():
        _give(data, account)
    return (*become, *command)


def _account() -> pwd.struct_passwd:
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackFault(
        "PostgreSQL may not run as root, and there is no user to run it as: " + " or ".join(ACCOUNTS)
    )


@cache
def _has_namespaces(uid: int) -> bool:
    tried = ["unshare", "--user", f"--map-user={uid}", "--", "true"]
    return (
        shutil.which("unshare") is not None
        and not subprocess.run(tried, capture_output=True, check=False).returncode
    )


def _give(folder: Path, account: pwd.struct_passwd) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
