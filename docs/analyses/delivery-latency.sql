-- Delivery latency: from a message's place in the log to the log's first word that it has reached a recipient, in
-- milliseconds, by the day on which it was sent. One value for each message and recipient whom it has reached.
-- An advance covers the seqs after `from_seq` up to `to_seq`. Reading delivers, and so does answering.
WITH advances AS (
    SELECT conversation_id, actor_id AS user_id, from_seq, to_seq, appended_at
    FROM conversation_events WHERE type = 'DeliveredAdvanced'
    UNION ALL
    SELECT conversation_id, actor_id, delivered_from_seq, to_seq, appended_at
    FROM conversation_events WHERE type = 'ReadAdvanced'
    UNION ALL
    SELECT conversation_id, actor_id, coalesce(read_from_seq, 0), seq - 1, appended_at
    FROM conversation_events WHERE type = 'MessageSent'
),
covered AS (
    SELECT conversation_id, user_id, unnest(range(from_seq + 1, to_seq + 1)) AS seq, appended_at FROM advances
),
delivered AS (
    SELECT conversation_id, user_id, seq, min(appended_at) AS appended_at FROM covered GROUP BY ALL
),
latencies AS (
    SELECT sent.date, date_diff('millisecond', sent.appended_at, delivered.appended_at) AS ms
    FROM conversation_events sent JOIN delivered USING (conversation_id, seq)
    WHERE sent.type = 'MessageSent' AND delivered.user_id <> sent.actor_id
)
SELECT
    date,
    count(*) AS deliveries,
    quantile_cont(ms, 0.5) AS p50_ms,
    quantile_cont(ms, 0.9) AS p90_ms,
    quantile_cont(ms, 0.99) AS p99_ms,
    max(ms) AS max_ms
FROM latencies
GROUP BY date
ORDER BY date
