import { expect, test } from 'vitest'
import { fileChanges } from '../../../src/registry/table/compare.ts'
import { parseFileDigests, formatFileDigests } from '../../../src/registry/skill/skill-files.ts'
import type { FileDigest } from '../../../src/registry/skill/skill-files.ts'

const digest = (char: string): string => char.repeat(64)

/** As they come out of a row. */
function recorded(files: FileDigest[]): Record<string, string> {
  return JSON.parse(`{${files.map(({ path, sha256 }) => `${JSON.stringify(path)}:"${sha256}"`).join(',')}}`) as Record<string, string>
}

test('fileChanges: two folders -> the differences, bytewise by path', () => {
  const from = recorded(
    parseFileDigests(
      formatFileDigests([
        { path: 'SKILL.md', sha256: digest('a') },
        { path: 'b  c.txt', sha256: digest('b') },
        { path: '__proto__', sha256: digest('c') },
      ]),
    ),
  )
  const to = recorded(
    parseFileDigests(
      formatFileDigests([
        { path: 'SKILL.md', sha256: digest('b') },
        { path: 'b  c.txt', sha256: digest('b') },
        { path: 'constructor', sha256: digest('c') },
      ]),
    ),
  )
  expect(fileChanges(from, to)).toEqual([
    { path: 'SKILL.md', change: 'changed' },
    { path: '__proto__', change: 'removed' },
    { path: 'constructor', change: 'added' },
  ])
  expect(fileChanges(from, from)).toEqual([])
})

test('fileChanges: no recorded digests -> undefined', () => {
  expect(fileChanges(undefined, recorded([]))).toBeUndefined()
})
