import { readMigrations, type MigrationFile } from '../../src/migrations/files/read-migrations.ts'
import { foreignFiles } from '../../src/migrations/layouts/find-layout.ts'
import { scratch } from './scratch.ts'

/** A folder that a tool would keep, by its name; the table `precious` must survive. */
export const FOREIGN_FOLDERS: Readonly<Record<string, Record<string, string>>> = {
  dbmate: { '1_a.sql': '-- migrate:up\nCREATE TABLE precious (id int);\n\n-- migrate:down\nDROP TABLE precious;\n' },
  'dbmate with options': {
    '1_a.sql':
      '--migrate:up transaction:false\nCREATE TABLE precious (id int);\n--   migrate:down transaction:false\nDROP TABLE precious;\n',
  },
  goose: {
    '1_a.sql':
      '-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE precious (id int);\n-- +goose StatementEnd\n-- +goose Down\nDROP TABLE precious;\n',
  },
  'goose in lower case': { '1_a.sql': '--+goose up\r\nCREATE TABLE precious (id int);\r\n--+goose down\r\nDROP TABLE precious;\r\n' },
  'sql-migrate': { '1_a.sql': '-- +migrate Up notransaction\nCREATE TABLE precious (id int);\n-- +migrate Down\nDROP TABLE precious;\n' },
  micrate: { '1_a.sql': '-- +micrate Up\nCREATE TABLE precious (id int);\n-- +micrate Down\nDROP TABLE precious;\n' },
  'node-pg-migrate': { '1_a.sql': '-- Up Migration\nCREATE TABLE precious (id int);\n-- Down Migration\nDROP TABLE precious;\n' },
  'node-pg-migrate, down first': {
    '1_a.sql': '----- down migration -----\nDROP TABLE precious;\n----- up migration -----\nCREATE TABLE precious (id int);\n',
  },
  'node-pg-migrate without an up comment': { '1_a.sql': 'CREATE TABLE precious (id int);\n-- Down Migration\nDROP TABLE precious;\n' },
  'golang-migrate': { '1_a.up.sql': 'CREATE TABLE precious (id int);', '1_a.down.sql': 'DROP TABLE precious;' },
  'a file that goes back alone': { '1_a.down.sql': 'DROP TABLE precious;' },
  'sqlx with other letters': { '1_a.Up.sql': 'CREATE TABLE precious (id int);', '1_a.DOWN.sql': 'DROP TABLE precious;' },
  'a file that goes back alone, in capitals': { '1_A.DOWN.SQL': 'DROP TABLE precious;' },
  'dbmate with words': {
    '1_a.sql': '-- migrate:up make it\nCREATE TABLE precious (id int);\n-- migrate:down drop it\nDROP TABLE precious;\n',
  },
  'db-migrate': { '1-a-up.sql': 'CREATE TABLE precious (id int);', '1-a-down.sql': 'DROP TABLE precious;' },
  'pairs of words': { '001_a_upgrade.sql': 'CREATE TABLE precious (id int);', '001_a_downgrade.sql': 'DROP TABLE precious;' },
  'pairs of prefixes': { 'migrate-1.sql': 'CREATE TABLE precious (id int);', 'rollback-1.sql': 'DROP TABLE precious;' },
  'a file and its rollback': { '001_a.sql': 'CREATE TABLE precious (id int);', '001_a_rollback.sql': 'DROP TABLE precious;' },
  yoyo: { '1_a.sql': 'CREATE TABLE precious (id int);', '1_a.rollback.sql': 'DROP TABLE precious;' },
  postgrator: { '001.do.a.sql': 'CREATE TABLE precious (id int);', '001.undo.a.sql': 'DROP TABLE precious;' },
  'one folder of Diesel': { 'up.sql': 'CREATE TABLE precious (id int);', 'down.sql': 'DROP TABLE precious;' },
  'the folders of Diesel': { '1_a/up.sql': 'CREATE TABLE precious (id int);', '1_a/down.sql': 'DROP TABLE precious;' },
  'a folder for each direction': { 'up/1.sql': 'CREATE TABLE precious (id int);', 'down/1.sql': 'DROP TABLE precious;' },
  tern: { '001_a.sql': 'CREATE TABLE precious (id int);\n---- create above / drop below ----\nDROP TABLE precious;\n' },
  'graphile-migrate': {
    '000001.sql': '--! Previous: -\n--! Hash: sha1:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12\n\nDROP TABLE precious;\n',
  },
  'the parent of graphile-migrate': {
    'current.sql': 'DROP TABLE precious;',
    'committed/000001.sql': '--! Previous: -\n--! Hash: sha1:2fd4\n\nselect 1',
  },
  Flyway: { 'V1__a.sql': 'CREATE TABLE precious (id int);', 'U1__a.sql': 'DROP TABLE precious;' },
  'Flyway without a way back': { 'V1__a.sql': 'CREATE TABLE precious (id int);', 'V2_1__b.sql': 'DROP TABLE precious;' },
  'Flyway with repeatable files': { 'R__views.sql': 'DROP TABLE precious;' },
  'a plan of Sqitch': { 'sqitch.plan': '%project=x\n\na 2026-01-01T00:00:00Z a <a@b>\n', '1.sql': 'DROP TABLE precious' },
  'the top of Sqitch': { 'sqitch.conf': '[core]\n', 'deploy/a.sql': 'DROP TABLE precious', 'revert/a.sql': 'DROP TABLE precious' },
  'a script of Sqitch that goes back': { 'a.sql': '-- Revert flipr:a from pg\n\nDROP TABLE precious;\n' },
  'an older script of Sqitch that goes back': { 'a.sql': '-- Revert a\n\nBEGIN;\nDROP TABLE precious;\nCOMMIT;\n' },
  'an older script of Sqitch with a project': { 'a.sql': '-- Revert flipr:schema/a\n\nDROP TABLE precious;\n' },
  'directions in block comments': { '1_a.sql': '/* UP */\nCREATE TABLE precious (id int);\n\n/* DOWN */\nDROP TABLE precious;\n' },
  'directions in long block comments': {
    '1_a.sql': '/****\n * Migration up\n ****/\nCREATE TABLE precious (id int);\n/****\n * Migration down\n ****/\nDROP TABLE precious;\n',
  },
  'one direction in a block comment': { '1_a.sql': 'CREATE TABLE precious (id int);\n/* rollback */\nDROP TABLE precious;\n' },
  'pairs of create and drop': { '001_a_create.sql': 'CREATE TABLE precious (id int);', '001_a_drop.sql': 'DROP TABLE precious;' },
  'folders with a direction at the end': { 'sql.up/1.sql': 'CREATE TABLE precious (id int);', 'sql.down/1.sql': 'DROP TABLE precious;' },
  Liquibase: {
    'a.sql': '--liquibase formatted sql\n\n--changeset me:1\nDROP TABLE precious;\n--rollback CREATE TABLE precious (id int);\n',
  },
  rambler: { '1_a.sql': '-- rambler up\nCREATE TABLE precious (id int);\n-- rambler down\nDROP TABLE precious;\n' },
  shmig: { '1-a.sql': '-- ==== UP ====\nCREATE TABLE precious (id int);\n-- ==== DOWN ====\nDROP TABLE precious;\n' },
  MyBatis: { '1_a.sql': '-- // a\nCREATE TABLE precious (id int);\n\n-- //@UNDO\nDROP TABLE precious;\n' },
  Play: { '1.sql': '-- !Ups\nCREATE TABLE precious (id int);\n-- !Downs\nDROP TABLE precious;\n' },
  'goose with words after the direction': {
    '1_a.sql': '-- +goose Up -- makes it\nCREATE TABLE precious (id int);\n-- +goose Down -- drops it\nDROP TABLE precious;\n',
  },
  'the comments of goose with another word': {
    '1_a.sql': '-- +pig Up\nCREATE TABLE precious (id int);\n-- +pig Down\nDROP TABLE precious;\n',
  },
  'node-pg-migrate with words after the direction': {
    '1_a.sql': 'CREATE TABLE precious (id int);\n-- Down Migration (drops precious)\nDROP TABLE precious;\n',
  },
  'pairs without a separator': { '001Up.sql': 'CREATE TABLE precious (id int);', '001Down.sql': 'DROP TABLE precious;' },
  'install and uninstall': { 'install.sql': 'CREATE TABLE precious (id int);', 'uninstall.sql': 'DROP TABLE precious;' },
  'a file and its reverse': { '001_a.sql': 'CREATE TABLE precious (id int);', '001_a.reverse.sql': 'DROP TABLE precious;' },
  'tern with two dashes': { '001_a.sql': 'CREATE TABLE precious (id int);\n-- create above / drop below --\nDROP TABLE precious;\n' },
  'graphile-migrate with a message': { '000001-x.sql': '--! Message: x\n\nDROP TABLE precious;\n' },
  'the current migration of graphile-migrate': { 'current.sql': '--! no-transaction\nDROP TABLE precious;\n' },
  'the parent of graphile-migrate without a current migration': {
    'afterReset.sql': 'DROP TABLE precious;',
    'committed/000001.sql': '--! Previous: -\n--! Hash: sha1:2fd4\n\nselect 1',
  },
  'Flyway in small letters': { 'v1__a.sql': 'CREATE TABLE precious (id int);', 'u1__a.sql': 'DROP TABLE precious;' },
  'Flyway with another separator': { 'V1-a.sql': 'CREATE TABLE precious (id int);', 'U1-drop_a.sql': 'DROP TABLE precious;' },
  'the callbacks of Flyway': { 'beforeClean.sql': 'DROP TABLE precious;' },
  'the sub-folders of Flyway': { 'core/V1__a.sql': 'CREATE TABLE precious (id int);', 'core/U1__a.sql': 'DROP TABLE precious;' },
  'a changelog of Liquibase': { 'db.changelog-master.yaml': 'databaseChangeLog:\n', 'a.sql': 'DROP TABLE precious;' },
  'Atlas with parts': {
    '1.sql': '-- atlas:txtar\n\n-- migration.sql --\nCREATE TABLE precious (id int);\n\n-- down.sql --\nDROP TABLE precious;\n',
  },
  'the folders of Hasura': { 'default/1_a/up.sql': 'CREATE TABLE precious (id int);', 'default/1_a/down.sql': 'DROP TABLE precious;' },
  'a comment before what drops all of it': { '1.sql': 'CREATE TABLE precious (id int);\n-- 2. rollback\nDROP TABLE precious;\n' },
  'sections with one word': { '1.sql': '-- Up\nCREATE TABLE precious (id int);\n\n-- Down\nDROP TABLE precious;\n' },
}

/** Folders with words of the layouts above that are migrations like any other. */
export const PLAIN_FOLDERS: Readonly<Record<string, Record<string, string>>> = {
  'a name with "down"': { '20260101_scale_down.sql': 'select 1', '20260102_scale_up.sql': 'select 1' },
  'a name with "up"': { 'step_up.sql': 'select 1', 'markdown.sql': 'select 1', 'set-up.sql': 'select 1' },
  'names with create and drop': {
    '001_users_create.sql': 'select 1',
    '002_users_drop.sql': 'select 1',
    'create_cache.sql': 'select 1',
    'drop_cache.sql': 'select 1',
    '20260101_create.sql': 'select 1',
  },
  'a comment that begins with Revert': {
    '1_a.sql': '-- Revert prices\nselect 1;',
    'b.sql': 'select 1;\n-- Revert b\nselect 2;',
  },
  'block comments with directions in prose': {
    '1.sql':
      "/* Counters go up and down: no row is deleted here */\nselect 1;\n/* down */\nselect 2;\nselect '\n/* UP */\n', '\n/* DOWN */\n';",
  },
  'block comments after a statement': { '1.sql': 'create table a (x int); /* up */\ndrop table if exists b; /* down */\n' },
  'a name with "undo"': { '20260101_undo_log.sql': 'select 1', '20260102_redo_log.sql': 'select 1', '20260103_rollback.sql': 'select 1' },
  'names with V and R': { 'V2.sql': 'select 1', 'Rename__things.sql': 'select 1', 'v1_users.sql': 'select 1', 'U_boats.sql': 'select 1' },
  'prose about a down migration': { '1.sql': '-- Down migration: not possible, the data is gone\ndrop table if exists nothing;' },
  'prose about an up migration': { '1.sql': '-- Up migration\nselect 1;' },
  'a rollback as a comment': { '1.sql': 'select 1;\n-- Rollback:\n-- DROP TABLE precious;\n' },
  'sections that do not go back': { '1.sql': "-- Up\nselect 'up';\n-- Down\nselect 'down';\n" },
  'a marker in a string': { '1.sql': "select '\n-- migrate:up\n-- migrate:down\n-- +goose Down\n---- create above / drop below ----\n'" },
  'a marker in a dollar quote': { '1.sql': 'do $$ begin\n-- migrate:down\n-- Down Migration\nperform 1; end $$' },
  'a marker in a block comment': { '1.sql': '/*\n-- +goose Up\n-- +goose Down\n--! Hash: x\n*/ select 1' },
  'a marker in a line': { '1.sql': 'select 1; -- migrate:down would drop it\n' },
  'prose with the words of tools': {
    '1.sql':
      '-- migrated from goose: +goose Down is gone\n-- migrate: up to here\n-- rollback is not needed\n-- migrate:down is not needed here\n-- +goose Down was removed\n-- +migrate Down: none\n-- Deploy changes to pg\nselect 1',
  },
  'helpers that are dropped': {
    '1.sql': "CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'select 1';\nSELECT h();\n-- tear down\nDROP FUNCTION h();\n",
  },
  'a temporary table that is dropped': { '1.sql': 'CREATE TEMP TABLE tt AS SELECT 1;\n-- undo\nDROP TABLE tt;\n' },
  'a new table for an old one': {
    '1.sql': 'CREATE TABLE users_old (id int);\nCREATE TABLE users (id int);\n',
    '2.sql': 'CREATE TABLE users2 (id int);\n-- no rollback\nDROP TABLE users_old;\n',
    '3.sql': 'CREATE TABLE secrets (id int);\n-- lock down\nREVOKE ALL ON secrets FROM PUBLIC;\n',
    '4.sql': 'ALTER TABLE secrets ADD COLUMN down boolean;\n-- no host is down\nUPDATE secrets SET down = false;\n',
  },
  'lists with plus signs': { '1.sql': '-- + add up counters\n-- + tear down old ones\nselect 1' },
  'names of several migrations with directions': { '001_backUp.sql': 'select 1', '002_backDown.sql': 'select 1', 'markup.sql': 'select 1' },
  'a folder with an archive': { '1.sql': 'select 1', 'archive/down.sql': 'drop table precious', 'deploy/a.sql': 'x', 'revert/a.sql': 'x' },
  'a folder without anything': { 'README.md': 'nothing' },
}

/** Reads a folder and returns what `foreignFiles` finds, by file name. */
export function foreignIn(files: Record<string, string>): { file: string; tool: string; role: string; line: number }[] {
  const directory = scratch(files)
  const read: MigrationFile[] = readMigrations([{ directory, label: 'dir', own: false }])
  return foreignFiles(read, read).map(({ file, tool, role, line }) => ({
    file: file.file.slice('dir/'.length),
    tool: tool.title,
    role,
    line,
  }))
}
