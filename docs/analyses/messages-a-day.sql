-- Messages a day: how many, by how many people, in how many conversations, and how many plain bytes they had.
-- A day is one of the log's append time, in UTC. What was deleted or edited later was sent all the same.
SELECT
    date,
    count(*) AS messages,
    count(DISTINCT actor_id) AS senders,
    count(DISTINCT conversation_id) AS conversations,
    count(*) FILTER (kind = 'media') AS with_media,
    sum(size) AS bytes
FROM conversation_events
WHERE type = 'MessageSent'
GROUP BY date
ORDER BY date
