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


def as_unprivileged(command: Sequence[str]) -> tuple[str, ...]:
    """The command as it must be started; itself, when we are not root.

    First choice is a user namespace in which we look like another user: files stay ours, and folders above
    the clone that only root may enter (such as /root) stay open. Where the kernel forbids that (in most
    containers), we become the other user, to whom `hand_over` must have given the folder.
    """
    if os.geteuid() != 0:
        return tuple(command)
    account = _account()
    if _has_namespaces(account.pw_uid):
        return ("unshare", "--user", f"--map-user={account.pw_uid}", "--", *command)
    return (*_become(account), *command)


def hand_over(folder: Path) -> None:
    """Give a folder to the user whom the command will run as; nothing to do where files stay ours."""
    if os.geteuid() != 0 or _has_namespaces(_account().pw_uid):
        return
    account = _account()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    # By going there: `test -x` asks about the user alone and leaves the kept right out.
    going = [*_become(account), "sh", "-c", 'cd "$1"', "sh", str(folder)]
    if subprocess.run(going, capture_output=True, check=False).returncode:
        raise StackFault(
            f"PostgreSQL may not run as root, and user {account.pw_name} cannot enter {folder}:"
            " run as another user, or set BACKCHANNEL_LOCAL_STATE to a folder that it may enter"
        )


def _become(account: pwd.struct_passwd) -> tuple[str, ...]:
    identity = (f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
    # The one right of root that it keeps: to pass through folders above the clone that are closed to others.
    rights = ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")
    return ("setpriv", *identity, *rights, "--")


def _account() -> pwd.struct_passwd:
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackFault("PostgreSQL may not run as root, and there is no user to run it as: " + " or ".join(ACCOUNTS))


@cache
def _has_namespaces(uid: int) -> bool:
    tried = ["unshare", "--user", f"--map-user={uid}", "--", "true"]
    return (
        shutil.which("unshare") is not None and not subprocess.run(tried, capture_output=True, check=False).returncode
    )
