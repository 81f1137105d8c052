"""Which statements make and drop the tables of a version of a view in Cassandra. None for one that is not there."""

from infra.stores import memberships, receipts, timeline
from infra.stores.view import View

_STORES = {"timeline": timeline, "receipts": receipts, "memberships": memberships}


def making(view: View) -> tuple[str, ...]:
    store = _STORES.get(view.name)
    return store.tables(view.version) if store else ()


def dropping(view: View) -> tuple[str, ...]:
    store = _STORES.get(view.name)
    return store.drops(view.version) if store else ()
