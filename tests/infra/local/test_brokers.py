"""One broker, or three that hold each record three times."""

from pathlib import Path

import pytest

from infra.local.brokers import brokers
from infra.local.faults import StackFault
from infra.local.folders import Folders
from infra.local.initialize import initialize_kafka
from infra.local.render import render_stores
from infra.local.settings import LocalSettings


class TestBrokers:
    def test_one_by_default(self) -> None:
        settings = LocalSettings(port_offset=0)
        assert [("kafka", 9092)] == [(one.name, one.port) for one in brokers(settings)]
        assert "1" == settings.environment()["BACKCHANNEL_KAFKA_REPLICATION"]

    def test_three(self, tmp_path: Path) -> None:
        settings = LocalSettings(state=tmp_path, port_offset=1_000, brokers=3, kafka_proxy_offset=400)
        assert ["kafka", "kafka-2", "kafka-3"] == [one.name for one in brokers(settings)]
        assert "3" == settings.environment()["BACKCHANNEL_KAFKA_REPLICATION"]
        bootstrap = settings.environment()["BACKCHANNEL_KAFKA_BOOTSTRAP"]
        assert "127.0.0.1:10092,127.0.0.1:10192,127.0.0.1:10292" == bootstrap

        Folders(settings.folder).make()
        render_stores(settings)
        second = brokers(settings)[1].config.read_text()
        assert "node.id=2" in second
        assert "controller.quorum.voters=1@127.0.0.1:10093,2@127.0.0.1:10193,3@127.0.0.1:10293" in second
        assert "advertised.listeners=PLAINTEXT://127.0.0.1:10192,PROXIED://127.0.0.1:10594" in second
        assert "offsets.topic.replication.factor=3" in second
        assert "transaction.state.log.min.isr=2" in second

    @pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1)])
    def test_another_number_than_the_log_was_begun_with(self, before: int, after: int, tmp_path: Path) -> None:
        for broker in brokers(LocalSettings(state=tmp_path, brokers=before)):  # type: ignore[arg-type]
            broker.data.mkdir(parents=True)
            (broker.data / "meta.properties").touch()

        with pytest.raises(StackFault, match="another number of brokers"):
            initialize_kafka(LocalSettings(state=tmp_path, brokers=after))  # type: ignore[arg-type]
