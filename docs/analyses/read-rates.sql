-- Read rates: of the messages of a day, to how many recipients each went, and how many of these have read it by now; in
-- direct conversations and in groups. Recipients are those who were members at the message's seq, but for its author.
-- Who answers has read. What was read in private counts as unread: nobody is told of it, and nor are analysts.
WITH joins AS (
    SELECT conversation_id, unnest(member_ids) AS user_id, seq AS joined_seq
    FROM conversation_events WHERE type IN ('GroupCreated', 'MembersAdded', 'MessageSent')
),
removals AS (
    SELECT conversation_id, user_id, seq FROM conversation_events WHERE type = 'MemberRemoved'
),
memberships AS (
    SELECT conversation_id, user_id, joined_seq, min(removals.seq) AS left_seq
    FROM joins LEFT JOIN removals USING (conversation_id, user_id)
    WHERE removals.seq IS NULL OR removals.seq > joined_seq
    GROUP BY ALL
    UNION
    SELECT conversation_id, user_id, joined_seq, NULL
    FROM joins ANTI JOIN removals
        ON joins.conversation_id = removals.conversation_id
        AND joins.user_id = removals.user_id AND removals.seq > joins.joined_seq
),
groups AS (
    SELECT DISTINCT conversation_id FROM conversation_events WHERE type = 'GroupCreated'
),
messages AS (
    SELECT
        date, conversation_id, seq, actor_id,
        if(conversation_id IN (FROM groups), 'group', 'direct') AS kind
    FROM conversation_events WHERE type = 'MessageSent'
),
received AS (
    SELECT DISTINCT date, kind, conversation_id, seq, user_id
    FROM messages JOIN memberships USING (conversation_id)
    WHERE user_id <> actor_id AND joined_seq <= seq AND (left_seq IS NULL OR seq < left_seq)
),
advances AS (
    SELECT conversation_id, actor_id AS user_id, from_seq, to_seq
    FROM conversation_events WHERE type = 'ReadAdvanced' AND is_private IS NOT TRUE
    UNION ALL
    SELECT conversation_id, actor_id, coalesce(read_from_seq, 0), seq - 1
    FROM conversation_events WHERE type = 'MessageSent' AND is_private IS NOT TRUE
),
read AS (
    SELECT DISTINCT conversation_id, user_id, unnest(range(from_seq + 1, to_seq + 1)) AS seq FROM advances
)
SELECT
    date,
    kind,
    count(*) AS receptions,
    count(read.seq) AS read,
    round(count(read.seq) / count(*), 4) AS read_rate
FROM received LEFT JOIN read USING (conversation_id, user_id, seq)
GROUP BY date, kind
ORDER BY date, kind
