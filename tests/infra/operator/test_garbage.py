"""`backchannel garbage` as an operator runs it: it lists, and touches nothing that is young."""

import asyncio
import os
import subprocess
import sys

import pytest

from infra.local.places import ROOT
from infra.local.stack import Stack
from infra.operator.garbage import run
from infra.stores.objects import Objects
from infra.stores.settings import ObjectSettings
from tests.infra.stores.connecting import new_id, object_settings_of


@pytest.fixture
def buckets(stores: Stack) -> ObjectSettings:
    return object_settings_of(stores)


@pytest.fixture
def stray(buckets: ObjectSettings) -> str:
    """An object in quarantine of which nobody knows."""
    key = new_id()
    asyncio.run(_put(buckets, key))
    return key


class TestGarbage:
    def test_listed_when_it_is_old(
        self,
        stores: Stack,
        buckets: ObjectSettings,
        stray: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        for name, value in stores.environment().items():
            monkeypatch.setenv(name, value)

        run(grace_seconds=-60, is_dry=True)

        told = capsys.readouterr().out
        assert f"{buckets.quarantine_bucket}/{stray}  named by nobody" in told
        assert "would be deleted" in told
        assert asyncio.run(_is_there(buckets, stray))

    def test_young_ones_stay(self, stores: Stack, buckets: ObjectSettings, stray: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", "from infra.operator.cli import app; app()", "garbage", "--delete"],
            cwd=ROOT,
            env={**os.environ, **stores.environment()},
            capture_output=True,
            text=True,
            check=True,
        )

        assert stray not in done.stdout
        assert "deleted" in done.stdout
        assert asyncio.run(_is_there(buckets, stray))


async def _put(buckets: ObjectSettings, key: str) -> None:
    objects = Objects(buckets)
    await objects.put(buckets.quarantine_bucket, key, b"stray", content_type="image/jpeg")
    await objects.close()


async def _is_there(buckets: ObjectSettings, key: str) -> bool:
    objects = Objects(buckets)
    head = await objects.head(buckets.quarantine_bucket, key)
    await objects.close()
    return head is not None
