-- Columns of events that the older system does not have: the key with which an event can be sent again, the reason of a failure, and
-- what a use costs. log_skill_usage and log_skill_usage_batch in skill_functions.sql write them.
--
-- It can run again at any time, and in a database with rows: columns are added without a value, which rewrites nothing. It needs
-- the tables of 20251220_create_skill_system.sql.


-- Identifies an event that is sent a second time. There is no unique index: it would cost a quarter of the insert rate and 65 bytes
-- for each row. An event that may be a repetition is looked up by user and time with idx_skill_usage_user_time, and concurrent
-- repetitions wait for each other (docs/adr).
ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS event_key uuid;

ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS error_type    text;
ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS input_tokens  bigint;
ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS output_tokens bigint;
ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS cost_usd      numeric;

COMMENT ON COLUMN skill_usage_events.event_key IS 'Key of the event from its writer, to detect that it is sent again; NULL: none';
COMMENT ON COLUMN skill_usage_events.error_type IS 'Why the use failed, in a word such as timeout (error.type of OpenTelemetry); NULL: unknown';
COMMENT ON COLUMN skill_usage_events.input_tokens IS 'Tokens that models read for the use; NULL: unknown';
COMMENT ON COLUMN skill_usage_events.output_tokens IS 'Tokens that models wrote for the use; NULL: unknown';
COMMENT ON COLUMN skill_usage_events.cost_usd IS 'Cost of the use in US dollars; NULL: unknown';


-- The users that were forgotten: their earlier events are not stored again, whoever sends them (a spill file, an import, an
-- application that was not connected). The ID itself must not stay, so its digest does (docs/privacy.md).
CREATE TABLE IF NOT EXISTS skill_forgotten_users (
  user_digest  bytea       PRIMARY KEY, -- SHA-256 of the 16 bytes of the ID
  forgotten_at timestamptz NOT NULL
);
COMMENT ON TABLE skill_forgotten_users IS 'Digests of the users that were forgotten; events from before are not stored again';
