"""Tickets: what opens a socket once, within seconds."""

import time

from fastapi import APIRouter

from api import models
from api.authentication import Caller, Use
from api.openapi import refused
from schemas import tickets

router = APIRouter(prefix="/v1/tickets", tags=["tickets"])


@router.post("", status_code=201, summary="Get a ticket for one socket", responses=refused(429))
async def create_ticket(use: Use, caller: Caller) -> models.Ticket:
    """Single use, short life, bound to user and device: the first frame of the socket carries it."""
    use.limits.ticket(caller.device_id)
    now_ms = time.time_ns() // 1_000_000
    ticket = tickets.issue(use.settings.token_secret_bytes(), caller.user_id, caller.device_id, now_ms)
    return models.Ticket(ticket=ticket, expires_in=tickets.LIFE_SECONDS)
