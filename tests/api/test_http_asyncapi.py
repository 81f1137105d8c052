"""The socket's document is served beside that of the calls."""

from tests.api.people import client
from tests.documented import PATH


class TestAsyncApi:
    def test_is_the_document_of_today(self, api_url: str) -> None:
        with client(api_url) as http:
            answer = http.get("/v1/asyncapi.json")
        assert (200, "application/json") == (answer.status_code, answer.headers["content-type"])
        assert PATH.read_bytes() == answer.content
