import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { folderNotes } from '../../../src/migrations/files/folder-notes.ts'
import { newMigration } from '../../../src/migrations/files/new-migration.ts'
import { readMigrations, type MigrationSource } from '../../../src/migrations/files/read-migrations.ts'
import { scratch } from '../../support/scratch.ts'

const source = (directory: string, own = false): MigrationSource => ({ directory, label: 'db', own })

test('folder: .sql, .SQL and .Sql -> read in the order of their names; the version has no extension', () => {
  const folder = scratch({ 'b.SQL': 'select 2;', 'a.sql': 'select 1;', 'c.Sql': 'select 3;', 'd.sql.bak': '', 'e.sql~': '', sql: '' })
  expect(readMigrations([source(folder)]).map(({ version, file }) => [version, file])).toEqual([
    ['a', 'db/a.sql'],
    ['b', 'db/b.SQL'],
    ['c', 'db/c.Sql'],
  ])
})

test('folder: a.sql and a.SQL -> refused', () => {
  const folder = scratch({ 'a.SQL': 'select 1;', 'a.sql': 'select 2;' })
  expect(() => readMigrations([source(folder)])).toThrow('two migrations have the name a: db/a.SQL and db/a.sql')
})

test('folder: names with a dot first -> not read', () => {
  const folder = scratch({ '.hidden.sql': '', '._001.sql': '', '.#001.sql': '', '.sql': '', '001.sql': 'select 1;' })
  expect(readMigrations([source(folder)]).map(({ version }) => version)).toEqual(['001'])
})

test('new: a folder with .SQL files -> the new name sorts last', () => {
  const folder = scratch({ '30000101000000_a.SQL': 'select 1;' })
  expect(newMigration({ directory: folder, name: 'b', now: new Date('2026-01-01') }).version).toBe('30000101000001_b')
})

test('folder notes: sub-folders with .sql files -> each is named, with their number; .git, links and others are not', () => {
  const folder = scratch({
    '001.sql': 'select 1;',
    '2024/a.sql': '',
    '2024/b.SQL': '',
    '2024/.c.sql': '',
    '2024/q1/d.sql': '',
    '.git/e.sql': '',
    'docs/readme.md': '',
  })
  expect(folderNotes([source(folder)]).map(({ folder: name, kind, message }) => [name, kind, message])).toEqual([
    [path.join('db', '2024'), 'sub-folder', '2 .sql files not read: name the folder with --dir to run them'],
    [path.join('db', '2024', 'q1'), 'sub-folder', '1 .sql file not read: name the folder with --dir to run them'],
  ])
})

test('folder notes: no .sql files at all -> said; with some, and in the folder of the package -> nothing', () => {
  const empty = scratch({ 'readme.md': '', '.a.sql': '' })
  mkdirSync(path.join(empty, 'sub'))
  expect(folderNotes([source(empty)])).toEqual([{ folder: 'db', kind: 'empty', message: 'has no .sql files: check the path' }])
  expect(folderNotes([source(empty, true), source(scratch({ 'a.SQL': '' }))])).toEqual([])
})
