-- Uses and successes of every skill in a period, from the events.
SELECT skill_id, count(*) AS uses, count(*) FILTER (WHERE outcome = 'success') AS success
FROM
-- include: counted-events
WHERE (:since::timestamptz IS NULL OR created_at >= :since::timestamptz) AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
  AND (:skill::text IS NULL OR skill_id = :skill::text)
GROUP BY skill_id;
