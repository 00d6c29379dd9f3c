-- Needs PostgreSQL 18: names of NOT NULL, constraints without enforcement, keys over time, virtual columns.
CREATE TABLE since_18 (
  a integer CONSTRAINT needed NOT NULL,
  b integer NOT NULL NO INHERIT,
  c integer GENERATED ALWAYS AS (a * 2) VIRTUAL,
  d integer,
  e integer CHECK (e > 0) NOT ENFORCED
);
ALTER TABLE since_18 ADD CONSTRAINT some_day NOT NULL d NOT VALID;
CREATE TABLE "Old name" ("Col" integer NOT NULL, later integer);
ALTER TABLE "Old name" ADD CONSTRAINT "Old name_later_not_null" NOT NULL later NOT VALID;
ALTER TABLE "Old name" RENAME TO new_name;
CREATE TABLE booked (room int4range, during tstzrange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE stays (room int4range, during tstzrange, FOREIGN KEY (room, PERIOD during) REFERENCES booked (room, PERIOD during));
CREATE TABLE not_enforced (a integer REFERENCES loop_table NOT ENFORCED);
CREATE TABLE child_18 (z integer) INHERITS (since_18);
CREATE TABLE identity_parent (id bigint GENERATED ALWAYS AS IDENTITY, at integer NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE identity_child PARTITION OF identity_parent FOR VALUES FROM (1) TO (5);
COMMENT ON CONSTRAINT needed ON since_18 IS 'why';
