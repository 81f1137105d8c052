"""The web client's files: what a browser may keep of them, and what the page may do."""

import re

import httpx
import pytest

from tests.api.people import assert_problem, client


@pytest.fixture
def front(api_url: str) -> httpx.Response:
    with client(api_url) as http:
        return http.get("/")


class TestFront:
    def test_is_asked_for_again_each_time(self, api_url: str, front: httpx.Response) -> None:
        assert (200, "text/html; charset=utf-8") == (front.status_code, front.headers["content-type"])
        assert "no-cache" == front.headers["cache-control"]
        with client(api_url) as http:
            again = http.get("/", headers={"If-None-Match": front.headers["etag"]})
        assert (304, b"") == (again.status_code, again.content)

    def test_lets_nothing_run_that_is_not_ours(self, front: httpx.Response) -> None:
        policy = dict(part.split(" ", 1) for part in front.headers["content-security-policy"].split("; "))
        assert ("'none'", "'self'", "'self'") == (policy["default-src"], policy["script-src"], policy["style-src"])
        assert ("'none'", "'none'") == (policy["frame-ancestors"], policy["base-uri"])
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", front.text)

    def test_may_reach_the_object_store(self, front: httpx.Response) -> None:
        policy = dict(part.split(" ", 1) for part in front.headers["content-security-policy"].split("; "))
        for name in ("connect-src", "img-src", "media-src"):
            assert re.search(r"http://127\.0\.0\.1:\d+", policy[name]), name


class TestAssets:
    def test_are_kept_for_ever(self, api_url: str, front: httpx.Response) -> None:
        with client(api_url) as http:
            answers = [http.get(name) for name in re.findall(r'"(/assets/[^"]+)"', front.text)]
        assert [200, 200] == [answer.status_code for answer in answers]
        for answer in answers:
            assert "immutable" in answer.headers["cache-control"]
            assert "gzip" == answer.headers["content-encoding"]

    @pytest.mark.parametrize("name", ["none.js", "..%2findex.html", "%2e%2e%2f%2e%2e%2fpage.py"])
    def test_are_no_way_to_other_files(self, api_url: str, name: str) -> None:
        with client(api_url) as http:
            assert_problem(http.get(f"/assets/{name}"), 404, "not-found")
