"""The bench: measures a running stack from outside, through sockets, and says what each process paid for it.

`python -m tests.bench` (`make bench`), everything on one machine with the stack, whose cores it shares:

- latency: users in pairs send 1,024 characters at fixed rates, both directions, through the balancer. An
  open loop: message k is due at start + k / rate. "Socket to socket" runs from just before the sender's
  frame is written to the recipient's frame being read; "tick" to the sender's own MessageSent; "from when
  due" also has the generator's own lateness, so that nothing hides in a stall. The first 3 s are left out.
- saturation: a fixed number of messages always under way; what arrived at recipients counts. Afterwards
  every message that its sender saw acknowledged is looked up in Cassandra: conversation, seq, id.
- broker: produce to consume of Kafka alone, in the same run.
- group: messages to groups of 100, all members online on all gateways: from the first member's receipt to
  the last one's, and from the sender's frame being written.
- receipts: every member of a group acknowledges every message, at once delivered and read within a second:
  the events that reach the author, and how long until it knows all.
- reconnect: thousands of devices with cursors come back at once, each with one message to catch up with:
  until every one is Synced.
- heartbeat: users online on all gateways, through the balancer: CPU of the whole stack in % of a core.
- idle: synced connections straight to one gateway, restarted for it, beyond a warm-up of 100: KiB each, and
  the CPU of all processes while nothing but heartbeats moves.

CPU is utime + stime from /proc, of each part of the stack with all its children, divided by the messages of
the same time; heartbeats of the connected users are in it. The generator is one process on picows and
uvloop with its collector off; its own CPU stands in the same table. The exit code is 1 if anything was
lost, repeated, refused.

Users are written straight into PostgreSQL (`--users-from store`, the local stack), or sign up over HTTP
once and are kept in `.local/bench/users.json` (`--users-from http`). The API allows 600 open calls a minute
and address: the bench calls from many loopback addresses; where that does not help, start the API with a
higher BACKCHANNEL_OPEN_CALLS_PER_MINUTE.
"""
