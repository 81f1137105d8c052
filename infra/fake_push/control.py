"""The controls: order failures, see what devices were sent and what they show.

TOKEN is a device's; for failures also `fcm` or `apns`: all of them.

curl -X PUT  localhost:8110/devices/TOKEN/faults -d '[{"status": 503, "retry_after": 2, "times": 3}]'
curl         localhost:8110/devices/TOKEN
"""

import msgspec
from aiohttp import web

from infra.fake_push.devices import Devices, Fault

_faults = msgspec.json.Decoder(list[Fault])


def routes(devices: Devices) -> list[web.RouteDef]:
    async def order(request: web.Request) -> web.Response:
        try:
            faults = _faults.decode(await request.read())
        except msgspec.DecodeError as wrong:
            return web.Response(status=400, text=f"{wrong}\n")
        devices.order(request.match_info["token"], faults)
        return web.Response(status=204)

    async def screen(request: web.Request) -> web.Response:
        return _json(devices.screen(request.match_info["token"]))

    async def asked(_: web.Request) -> web.Response:
        return _json({"accepted": devices.accepted, "asked": devices.asked})

    async def forget(_: web.Request) -> web.Response:
        devices.forget()
        return web.Response(status=204)

    return [
        web.put("/devices/{token}/faults", order),
        web.get("/devices/{token}", screen),
        web.get("/devices", asked),
        web.delete("/devices", forget),
    ]


def _json(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
