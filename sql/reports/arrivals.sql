-- Events that became visible between two snapshots, in the order in which they happened, as a cursor: they may be many.
DECLARE events NO SCROLL CURSOR FOR
SELECT
-- include: event-columns
-- include: arrived
  AND
-- include: untold
ORDER BY
-- include: event-order
;
