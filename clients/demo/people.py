"""The people of the demo. Their password is stated everywhere: they exist on this machine only."""

from dataclasses import dataclass

from clients.python import Api, ApiError

PASSWORD = "backchannel"  # noqa: S105  stated on purpose


@dataclass(frozen=True, slots=True)
class Person:
    """`handle` signs in, `display_name` is shown."""

    handle: str
    display_name: str


ECHO = Person("echo", "Echo")
PEOPLE = (
    Person("alice", "Alice Liddell"),
    Person("bob", "Bob Baker"),
    Person("carol", "Carol Danvers"),
    Person("dave", "Dave Davis"),
    Person("erin", "Erin Green"),
    Person("diego", "Diego Ruiz"),
    Person("greta", "Greta Sommer"),
    Person("yuki", "雪 Yuki"),
    ECHO,
)


async def sign_up(api: Api, person: Person) -> None:
    """Makes the account, unless it is there. Raises ApiError, Unreachable."""
    try:
        await api.create_account(person.handle, person.display_name, PASSWORD)
    except ApiError as error:
        if error.code != "conflict":
            raise
