-- The column with which events can be sent again without storing one twice; log_skill_usage_batch in skill_functions.sql uses it.
--
-- It can run again at any time, and in a database with rows: the column is added without a value, which rewrites nothing. It needs
-- the tables of 20251220_create_skill_system.sql.


-- Identifies an event that is sent a second time. There is no unique index: it would cost a quarter of the insert rate and 65 bytes
-- for each row. An event that may be a repetition is looked up by user and time with idx_skill_usage_user_time, and concurrent
-- repetitions wait for each other (docs/adr).
ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS event_key uuid;

COMMENT ON COLUMN skill_usage_events.event_key IS 'Key of the event from its writer, to detect that it is sent again; NULL: none';
