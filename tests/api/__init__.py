"""Tests of the API. `test_http_*` speak only HTTP, to the system that the fixture `api_url` names."""
