-- Active users: who wrote, changed, reacted or read on a day; and on any of the 7 and 30 days that end with it.
-- That something was delivered says nothing about a person: their phone was on.
WITH active AS (
    SELECT DISTINCT date, actor_id AS user_id
    FROM conversation_events
    WHERE type IN ('MessageSent', 'MessageEdited', 'MessageDeleted', 'ReactionSet', 'ReadAdvanced', 'GroupCreated')
),
writing AS (
    SELECT date, count(DISTINCT actor_id) AS senders FROM conversation_events WHERE type = 'MessageSent' GROUP BY date
),
days AS (
    SELECT DISTINCT date FROM active
)
SELECT
    days.date,
    any_value(coalesce(senders, 0)) AS senders,
    count(DISTINCT user_id) FILTER (active.date = days.date) AS active,
    count(DISTINCT user_id) FILTER (active.date > days.date - 7) AS active_7_days,
    count(DISTINCT user_id) AS active_30_days
FROM days
JOIN active ON active.date BETWEEN days.date - 29 AND days.date
LEFT JOIN writing ON writing.date = days.date
GROUP BY days.date
ORDER BY days.date
