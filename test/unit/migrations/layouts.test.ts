import path from 'node:path'
import { expect, test } from 'vitest'
import { SkillsError } from '../../../src/core/errors.ts'
import { readMigrations } from '../../../src/migrations/files/read-migrations.ts'
import { foreignFiles } from '../../../src/migrations/layouts/find-layout.ts'
import { refuseForeignFolder } from '../../../src/migrations/layouts/foreign-folder.ts'
import { refuseLayouts } from '../../../src/migrations/layouts/refuse-layouts.ts'
import { FOREIGN_FOLDERS, foreignIn, PLAIN_FOLDERS } from '../../support/layouts.ts'
import { scratch } from '../../support/scratch.ts'

function refusal(files: Record<string, string>, label = 'dir'): SkillsError | undefined {
  try {
    const read = readMigrations([{ directory: scratch(files), label, own: false }])
    refuseLayouts(read, read)
    return undefined
  } catch (error) {
    if (error instanceof SkillsError) return error
    throw error
  }
}

test.each(Object.entries(FOREIGN_FOLDERS))('layouts: %s -> FOREIGN_LAYOUT with file and line', (_, files) => {
  const error = refusal(files)
  expect(error).toMatchObject({ code: 'FOREIGN_LAYOUT', exitCode: 6 })
  expect(error?.diagnostics[0]).toMatchObject({ severity: 'error', file: expect.stringMatching(/^dir/), line: expect.any(Number) })
  expect(error?.hint).toContain('nothing was changed')
})

test.each(Object.entries(PLAIN_FOLDERS))('layouts: %s -> a folder like any other', (_, files) => {
  expect(refusal(files)).toBeUndefined()
})

test('layouts: both directions in one file -> the place is where the file begins to go back', () => {
  expect(foreignIn({ 'a.sql': '-- migrate:up\nselect 1;\n\n-- migrate:down\nselect 2;\n' })).toEqual([
    { file: 'a.sql', tool: 'dbmate', role: 'down', line: 4 },
  ])
  expect(foreignIn({ 'a.sql': '-- +goose Up\nselect 1;\n' })).toEqual([{ file: 'a.sql', tool: 'goose', role: 'up', line: 1 }])
})

test('layouts: a tool that can be imported -> the hint has the command, with a folder that the shell can read', () => {
  expect(refusal({ '1_a.down.sql': 'select 1' }, 'db/my files')?.hint).toContain(
    "skills migrate import --from golang-migrate --dir 'db/my files' --ledger skills_migrations`",
  )
  expect(refusal(FOREIGN_FOLDERS['MyBatis'] ?? {})?.hint).not.toContain('import')
})

test('layouts: a file for each direction -> the files that go back come first', () => {
  const error = refusal({ '1_a.up.sql': 'select 1', '1_a.down.sql': 'select 1', '2_b.up.sql': 'select 1', '2_b.down.sql': 'select 1' })
  expect(error?.message).toBe('4 pending files of dir have the layout of golang-migrate or sqlx')
  expect(error?.diagnostics.map(({ file }) => file)).toEqual(['dir/1_a.down.sql', 'dir/2_b.down.sql', 'dir/1_a.up.sql', 'dir/2_b.up.sql'])
})

test('layouts: many files -> 20 diagnostics and the number of the others', () => {
  const files = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`${i}_a.down.sql`, 'select 1']))
  const diagnostics = refusal(files)?.diagnostics ?? []
  expect(diagnostics).toHaveLength(21)
  expect(diagnostics.at(-1)?.message).toBe('and 5 more files')
})

test('layouts: a marker in quotes beside one outside -> both count, because the tool reads lines', () => {
  const text = "-- migrate:up\nselect '\n-- migrate:down\n';"
  expect(foreignIn({ 'a.sql': text })).toMatchObject([{ role: 'down', line: 3 }])
})

test('layouts: one folder of several that go back -> FOREIGN_LAYOUT; one that goes forward is a folder like any other', () => {
  const parent = scratch({ 'Up/1.sql': 'select 1', 'Rollback/1.sql': 'select 1', 'other/1.sql': 'select 1' })
  const code = (name: string): string | undefined => {
    const read = readMigrations([{ directory: path.join(parent, name), label: name, own: false }])
    try {
      refuseLayouts(read, read)
      return undefined
    } catch (error) {
      return error instanceof SkillsError ? error.code : String(error)
    }
  }
  expect(['Up', 'Rollback', 'other'].map(code)).toEqual([undefined, 'FOREIGN_LAYOUT', undefined])
})

test('layouts: a folder whose name ends with the direction, beside the other one -> FOREIGN_LAYOUT for the one that goes back', () => {
  const parent = scratch({ 'sql.up/1.sql': 'select 1', 'sql.down/1.sql': 'select 1', 'slow_down/1.sql': 'select 1' })
  const found = ['sql.up', 'sql.down', 'slow_down'].map((name) => {
    try {
      refuseForeignFolder(path.join(parent, name), name, true)
      return 'plain'
    } catch (error) {
      return error instanceof SkillsError ? error.code : String(error)
    }
  })
  expect(found).toEqual(['plain', 'FOREIGN_LAYOUT', 'plain'])
})

test('layouts: block comments -> the place is that of the comment', () => {
  expect(foreignIn({ 'a.sql': '/* up */\ncreate table a (id int);\n  /* Down */\ndrop table a;\n' })).toMatchObject([
    { role: 'down', line: 3 },
  ])
})

test('layouts: files of the package -> never foreign', () => {
  const read = readMigrations([{ directory: scratch({ '1.down.sql': '-- +goose Down\nselect 1' }), label: 'sql/migrations', own: true }])
  expect(foreignFiles(read, read)).toEqual([])
})
