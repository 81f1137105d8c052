"""Devices, signing out, tickets, passwords."""


import pytest

from tests.api.people import PASSWORD, Device, assert_problem, client, sign_in, sign_up

NOBODY = "5b1f3a52-8c1e-4c55-9d0a-6f2f4a1d7c3e"


def device_ids(device: Device) -> list[str]:
    return [one["device_id"] for one in device.call("GET", "/v1/devices").json()["devices"]]


class TestDevices:
    def test_listed(self, api_url: str) -> None:
        with client(api_url) as http:
            laptop = sign_up(http)
            phone = sign_in(http, laptop.handle)
            found = laptop.call("GET", "/v1/devices").json()["devices"]
        assert [(laptop.device_id, True), (phone.device_id, False)] == [
            (one["device_id"], one["is_current"]) for one in found
        ]
        assert found[0]["device_name"] == "laptop"
        assert found[0]["created_at"].endswith("Z")

    def test_signed_out_at_once(self, api_url: str) -> None:
        with client(api_url) as http:
            laptop = sign_up(http)
            phone = sign_in(http, laptop.handle)
            assert laptop.call("DELETE", f"/v1/devices/{phone.device_id}").status_code == 204
            assert_problem(phone.call("GET", "/v1/users/me"), 401, "unauthenticated")
            answer = http.post("/v1/sessions/refresh", json={"refresh_token": phone.refresh_token})
            assert_problem(answer, 401, "unauthenticated")
            assert [laptop.device_id] == device_ids(laptop)

    def test_signs_itself_out(self, api_url: str) -> None:
        with client(api_url) as http:
            laptop = sign_up(http)
            assert laptop.call("DELETE", f"/v1/devices/{laptop.device_id}").status_code == 204
            assert_problem(laptop.call("GET", "/v1/devices"), 401, "unauthenticated")

    def test_not_found_when_it_is_somebody_elses(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob = sign_up(http), sign_up(http)
            assert_problem(alice.call("DELETE", f"/v1/devices/{bob.device_id}"), 404, "not-found")
            assert [bob.device_id] == device_ids(bob)

    @pytest.mark.parametrize("device_id", ["x", "%00", NOBODY, NOBODY.upper(), f"{NOBODY}%0A"])
    def test_not_found(self, api_url: str, device_id: str) -> None:
        with client(api_url) as http:
            assert_problem(sign_up(http).call("DELETE", f"/v1/devices/{device_id}"), 404, "not-found")


class TestTickets:
    def test_created(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            one, other = alice.call("POST", "/v1/tickets"), alice.call("POST", "/v1/tickets")
        assert [201, 201] == [one.status_code, other.status_code]
        assert one.json()["ticket"] != other.json()["ticket"]
        assert one.json()["expires_in"] > 0

    def test_limited(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            answers = [alice.call("POST", "/v1/tickets") for _ in range(200)]
            refused = next(answer for answer in answers if answer.status_code != 201)
            assert_problem(refused, 429, "rate-limited")
            assert int(refused.headers["retry-after"]) >= 1
            assert sign_in(http, alice.handle).call("POST", "/v1/tickets").status_code == 201


class TestPassword:
    def test_changed(self, api_url: str) -> None:
        new = "an altogether new one"
        with client(api_url) as http:
            laptop = sign_up(http)
            phone = sign_in(http, laptop.handle)
            answer = laptop.call("PUT", "/v1/users/me/password", json={"password": PASSWORD, "new_password": new})
            assert answer.status_code == 204
            assert_problem(phone.call("GET", "/v1/users/me"), 401, "unauthenticated")
            assert laptop.call("GET", "/v1/users/me").status_code == 200
            old = {"handle": laptop.handle, "password": PASSWORD, "device_name": "x"}
            assert_problem(http.post("/v1/sessions", json=old), 401, "unauthenticated")
            assert sign_in(http, laptop.handle, new).user_id == laptop.user_id

    def test_forbidden_when_the_old_one_is_wrong(self, api_url: str) -> None:
        change = {"password": "not the right one", "new_password": "an altogether new one"}
        with client(api_url) as http:
            assert_problem(sign_up(http).call("PUT", "/v1/users/me/password", json=change), 403, "forbidden")

    def test_invalid_when_the_new_one_is_short(self, api_url: str) -> None:
        change = {"password": PASSWORD, "new_password": "short"}
        with client(api_url) as http:
            assert_problem(sign_up(http).call("PUT", "/v1/users/me/password", json=change), 422, "invalid")


FCM = {"provider": "fcm", "token": "cR4:APA91b-_token.of.a.phone"}
APNS = {"provider": "apns", "token": "0aF1" * 16}


class TestPushToken:
    @pytest.mark.parametrize("token", [FCM, APNS])
    def test_registered_and_dropped(self, api_url: str, token: dict[str, str]) -> None:
        with client(api_url) as http:
            phone = sign_up(http)
            path = f"/v1/devices/{phone.device_id}/push-token"
            for method, body in (("PUT", token), ("PUT", token), ("DELETE", None), ("DELETE", None)):
                assert phone.call(method, path, json=body).status_code == 204

    @pytest.mark.parametrize(
        "token",
        [
            {"provider": "apns", "token": "not hexadecimal at all, is it?"},
            {"provider": "apns", "token": "0aF1"},
            {"provider": "apns", "token": "0aF" * 21},
            {"provider": "fcm", "token": "with spaces in it, and a comma"},
            {"provider": "fcm", "token": "kurz"},
            {"provider": "fcm", "token": "x" * 1025},
            {"provider": "fcm", "token": "../../v1/projects/another"},
            {"provider": "pigeon", "token": "x" * 20},
        ],
    )
    def test_garbage_is_invalid(self, api_url: str, token: dict[str, str]) -> None:
        with client(api_url) as http:
            phone = sign_up(http)
            answer = phone.call("PUT", f"/v1/devices/{phone.device_id}/push-token", json=token)
        assert_problem(answer, 422, "invalid")
        assert token["token"] not in answer.text

    def test_not_for_a_device_of_somebody_else(self, api_url: str) -> None:
        with client(api_url) as http:
            phone, stranger = sign_up(http), sign_up(http)
            path = f"/v1/devices/{phone.device_id}/push-token"
            assert_problem(stranger.call("PUT", path, json=FCM), 404, "not-found")
            assert_problem(stranger.call("DELETE", path), 404, "not-found")
