-- Events that became visible between two snapshots, in the order of their times, as a cursor: there can be many.
DECLARE events NO SCROLL CURSOR FOR
SELECT
-- include: event-columns
-- include: arrived
  AND
-- include: after-last
ORDER BY
-- include: event-order
;
