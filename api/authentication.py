"""Who calls. A token is good only while its device is signed in, which is asked at each call."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.limits import address
from api.problems import unauthenticated, unavailable
from api.services import Services
from api.tokens import Bearer

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The access token of a session.")


def services(request: Request) -> Services:
    found: Services | None = request.app.state.services
    if found is None:
        raise unavailable("the API is starting and waits for its stores")
    return found


Use = Annotated[Services, Depends(services)]


async def caller(use: Use, header: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Bearer:
    """Whose device calls. Raises Problem `unauthenticated`."""
    bearer = use.tokens.read_access(header.credentials) if header is not None else None
    if bearer is None:
        raise unauthenticated("a valid access token is needed")
    if await use.users.device(bearer.user_id, bearer.device_id) is None:
        raise unauthenticated("the device is signed out")
    return bearer


def open_call(use: Use, request: Request) -> None:
    """Counts a call without a token against its address. Raises Problem `rate-limited`."""
    use.limits.open_call(address(request))


Caller = Annotated[Bearer, Depends(caller)]
SIGNED_IN = Depends(caller)
OPEN_CALL = Depends(open_call)
