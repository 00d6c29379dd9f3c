-- Uses and successes of every skill in a period.
WITH
-- include: usage
SELECT skill_id, sum(n)::bigint AS uses, sum(ok)::bigint AS success FROM usage GROUP BY skill_id HAVING sum(n) > 0;
