"""What one core does, as it was measured: the figures on which `backchannel plan` rests, each with its origin.

By `make bench` on 2 cores (AMD EPYC, 24 GiB, Linux 6.18, CPython 3.11), of the README's section "Measured". CPU is in
microseconds a message of 1 KB between two people, with its rows, and without receipts.
"""

from typing import Final

# Saturated, 2,676 messages a second: what the hot road costs when it batches, which it does where there is much to do.
KAFKA_US: Final = 95.0
CONVERSATION_US: Final = 97.0
FANOUT_US: Final = 70.0
GATEWAYS_US: Final = 204.0  # two of them, 102 each: the sender's and the recipient's
BALANCER_US: Final = 53.0
REDIS_US: Final = 14.0

# At 500 a second, where nothing fell behind: saturated, the views and their stores do part of the work later, so that
# those figures are too good.
VIEWS_US: Final = 313.0
NOTIFICATION_US: Final = 259.0
CASSANDRA_US: Final = 544.0
POSTGRES_US: Final = 157.0

# "10,000 users who only send heartbeats, every 1.5 s": 39.4 % of a core, less the 9.9 % with nobody connected.
HEARTBEATS_PERCENT: Final = 29.5
HEARTBEATS_USERS: Final = 10_000
HEARTBEATS_EVERY_SECONDS: Final = 1.5

CONNECTION_KIB: Final = 12.9  # "an idle connection in its gateway, 10,000 sockets"
RECEIPTS_A_RECIPIENT: Final = 2.0  # "receipts of its 100 members for one message": delivered and read
