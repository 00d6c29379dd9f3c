-- Events that became visible since a snapshot, in the order in which they happened, as a cursor: they may be many.
DECLARE arrivals NO SCROLL CURSOR FOR
SELECT
-- include: event-columns
-- include: arrived
ORDER BY skill_usage_events.created_at, skill_usage_events.id;
