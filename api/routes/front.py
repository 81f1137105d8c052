"""The page at `/`: what this is and where to go on, until the web client stands here."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backchannel</title>
<style>
  body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; }
  code { font-size: 0.95em; }
</style>
<h1>Backchannel</h1>
<p>The back end of a chat application on an event log. It is running.</p>
<ul>
  <li><a href="/v1/openapi.json">OpenAPI</a> describes the calls over HTTP.</li>
  <li><a href="/v1/asyncapi.json">AsyncAPI</a> describes the socket: <code>/v1/socket</code>, subprotocol
    <code>backchannel.v1</code>.</li>
  <li><a href="/readyz">/readyz</a> says whether everything it needs is there.</li>
</ul>
<p>In a terminal: <code>backchannel chat --as alice</code></p>
</html>
"""


@router.get("/", include_in_schema=False)
async def get_front() -> HTMLResponse:
    return HTMLResponse(PAGE)
