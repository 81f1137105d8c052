"""Chooses where users come from."""

from infra.local.settings import LocalSettings
from infra.stores.settings import StoreSettings
from tests.bench.http_users import HttpUsers
from tests.bench.options import Options
from tests.bench.seed import SeededUsers
from tests.bench.users import UserSource


def user_source(options: Options) -> UserSource:
    """`auto`: straight into the store of the local stack; through the API of any other."""
    is_local = options.url == LocalSettings().address
    if options.users_from == "http" or (options.users_from == "auto" and not is_local):
        return HttpUsers(options.url)
    return SeededUsers(StoreSettings())
