"""`backchannel plan`: the command and its options. What it does stands in `planning`."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="The plan as one JSON object.")]


def command(
    *,
    users: Annotated[float, typer.Option(min=1, help="Who write on a day: 500e6.")] = 500e6,
    connected_share: Annotated[float, typer.Option(min=0, max=1, help="Of them, connected at a time.")] = 0.1,
    messages_per_user_day: Annotated[float, typer.Option(min=0)] = 10,
    message_bytes: Annotated[float, typer.Option(min=1)] = 1_000,
    peak_factor: Annotated[float, typer.Option(min=1, help="The busiest hour, by the mean.")] = 3,
    heartbeat_seconds: Annotated[float, typer.Option(min=0.1)] = 15,
    utilisation: Annotated[float, typer.Option(min=0.01, max=1, help="How busy a core may be at the peak.")] = 0.5,
    replication: Annotated[int, typer.Option(min=1, help="Copies in Kafka and Cassandra.")] = 3,
    cores_per_node: Annotated[int, typer.Option(min=1, help="Of brokers and of nodes of stores.")] = 16,
    disk_tb_per_node: Annotated[float, typer.Option(min=0.01)] = 8,
    hot_days: Annotated[float, typer.Option(min=0, help="In Cassandra, before the archive.")] = 30,
    log_days: Annotated[float, typer.Option(min=0, help="Of events on the brokers' own disks.")] = 30,
    gateway_memory_gib: Annotated[float, typer.Option(min=0.1)] = 4,
    as_json: AsJson = False,
) -> None:
    """Reckon how much of everything so many users need, from what was measured. Nothing is asked but this."""
    from infra.operator import planning  # noqa: PLC0415  the other commands start without it
    from infra.operator.capacity import Demand  # noqa: PLC0415

    demand = Demand(
        users=users,
        connected_share=connected_share,
        messages_per_user_day=messages_per_user_day,
        message_bytes=message_bytes,
        peak_factor=peak_factor,
        heartbeat_seconds=heartbeat_seconds,
        utilisation=utilisation,
        replication=replication,
        cores_per_node=cores_per_node,
        disk_tb_per_node=disk_tb_per_node,
        hot_days=hot_days,
        log_days=log_days,
        gateway_memory_gib=gateway_memory_gib,
    )
    planning.show(demand, as_json=as_json)
