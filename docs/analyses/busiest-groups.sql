-- Busiest groups: the twenty with the most messages, who writes there, how many are members, and when it was last used.
-- Names of groups are sealed; an id is all that the log says of them.
WITH changes AS (
    SELECT conversation_id, unnest(member_ids) AS user_id, seq, TRUE AS is_there
    FROM conversation_events WHERE type IN ('GroupCreated', 'MembersAdded')
    UNION ALL
    SELECT conversation_id, user_id, seq, FALSE FROM conversation_events WHERE type = 'MemberRemoved'
),
latest AS (
    SELECT conversation_id, user_id, arg_max(is_there, seq) AS is_there FROM changes GROUP BY ALL
),
members AS (
    SELECT conversation_id, count(*) FILTER (is_there) AS members FROM latest GROUP BY conversation_id
)
SELECT
    conversation_id,
    count(*) AS messages,
    count(DISTINCT actor_id) AS senders,
    any_value(members) AS members,
    min(date) AS first_day,
    max(appended_at) AS last_at
FROM conversation_events JOIN members USING (conversation_id)
WHERE type = 'MessageSent'
GROUP BY conversation_id
ORDER BY messages DESC, conversation_id
LIMIT 20
