import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { bytewise } from '../../../src/core/bytewise.ts'
import { sha256 } from '../../../src/core/digests.ts'
import { digestFile, digestFiles } from '../../../src/registry/reading/digest.ts'
import type { FolderDigest } from '../../../src/registry/reading/digest.ts'
import { listSkill } from '../../../src/registry/reading/list-skill.ts'
import { parseFileDigests } from '../../../src/registry/skill/skill-files.ts'
import { scratch, writeFiles } from '../../support/scratch.ts'

const RECIPE = String.raw`find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`

/** A folder as sync lists and digests it. */
function digestFolder(folder: string, label: string): Pick<FolderDigest, 'sha256' | 'fileDigests' | 'diagnostics'> {
  const listing = listSkill(folder, readdirSync(folder, { withFileTypes: true }), label)
  const found = digestFiles(folder, label, listing.files)
  return { sha256: found.sha256, fileDigests: found.fileDigests, diagnostics: [...listing.diagnostics, ...found.diagnostics] }
}

function shell(folder: string): string {
  return execFileSync('sh', ['-c', RECIPE], { cwd: folder, encoding: 'utf8' }).slice(0, 64)
}

function codes({ diagnostics }: Pick<FolderDigest, 'diagnostics'>): string[] {
  return diagnostics.map(({ severity, code, file }) => `${severity} ${code} ${file ?? ''}`)
}

function digest(files: Record<string, string | Uint8Array>): string {
  return digestFolder(scratch(files), 'demo').sha256
}

function digestOf(content: string | Uint8Array, bufferSize?: number): string {
  const file = path.join(scratch({ file: content }), 'file')
  return digestFile(file, bufferSize === undefined ? {} : { buffer: Buffer.alloc(bufferSize) }).sha256
}

/** More than 8,000 bytes of text with CRLF and one NUL. */
function withNulAt(at: number): Buffer {
  const bytes = Buffer.from(`${'x'.repeat(9000)}\r\n`)
  bytes[at] = 0
  return bytes
}

test('digest: a folder -> equal to the output of find, sort and sha256sum', () => {
  const folder = scratch({
    'SKILL.md': '---\nname: a\n---\n',
    'a.txt': 'a',
    'a/b.txt': 'b',
    'a-b.txt': 'c',
    'Z.txt': '',
    'ä/ß.txt': 'umlaut',
    '😀.txt': 'beyond U+FFFF',
    '\ue000.txt': 'private use, before it bytewise and after it in UTF-16',
    'with space/and "quotes".txt': "it's",
    '.hidden/.file': 'dot',
    'image.png': Buffer.from([0x89, 0x50, 0, 13, 10, 0xff]),
    'large.bin': Buffer.alloc(700_000, 'x\r'),
  })
  const found = digestFolder(folder, 'demo')
  expect(found.diagnostics).toEqual([])
  expect(found.sha256).toBe(shell(folder))
  expect(parseFileDigests(found.fileDigests).map((file) => file.path)).toEqual([
    '.hidden/.file',
    'SKILL.md',
    'Z.txt',
    'a-b.txt',
    'a.txt',
    'a/b.txt',
    'image.png',
    'large.bin',
    'with space/and "quotes".txt',
    'ä/ß.txt',
    '\ue000.txt',
    '😀.txt',
  ])
  expect(parseFileDigests(found.fileDigests)).toContainEqual({ path: 'Z.txt', sha256: sha256('') })
})

test('digest: excluded files -> they do not count', () => {
  const folder = scratch({ 'SKILL.md': 'a', 'scripts/run.py': 'b' })
  const before = digestFolder(folder, 'demo')
  expect(before.sha256).toBe(shell(folder))
  writeFiles(folder, {
    '.git/HEAD': 'x',
    'scripts/node_modules/m/index.js': 'x',
    'scripts/__pycache__/run.cpython-312.pyc': 'x',
    'scripts/run.pyc': 'x',
    'scripts/.DS_Store': 'x',
    'nested/SKILL.md': 'x',
    'nested/deep/file.txt': 'x',
    'nested-too/skill.md': 'x',
  })
  mkdirSync(path.join(folder, 'empty'))
  symlinkSync('/etc', path.join(folder, 'scripts/.git'))
  expect(digestFolder(folder, 'demo')).toEqual(before)
})

test('digest: a name, a byte or a path changes -> another digest', () => {
  const all = [
    digest({ a: 'x', b: 'y' }),
    digest({ a: 'xb', y: '' }),
    digest({ a: 'y', b: 'x' }),
    digest({ a: 'x', c: 'y' }),
    digest({ a: 'x', 'b/b': 'y' }),
    digest({ a: 'x' }),
    digest({ a: 'x\n', b: 'y' }),
    digest({}),
  ]
  expect(new Set(all).size).toBe(all.length)
})

describe('digest: line ends', () => {
  test.each(['a\r\nb\r\n', '\r\n', 'a\r\r\nb', '\r\n\r\n', 'a\n\r\nb', 'a\rb', 'a\r', '\r', '', 'ä\r\nß'])(
    '%j is hashed with LF, whatever the pieces are',
    (text) => {
      const expected = sha256(text.replaceAll('\r\n', '\n'))
      for (const size of [undefined, 1, 2, 3, 4, 5, 7]) expect(digestOf(text, size)).toBe(expected)
    },
  )

  test('a checkout on Windows -> the same digest', () => {
    const lf = { 'SKILL.md': '---\nname: a\n---\n\nText\n', 'run.sh': 'echo\n' }
    const crlf = Object.fromEntries(Object.entries(lf).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]))
    expect(digestFolder(scratch(crlf), 'demo')).toEqual(digestFolder(scratch(lf), 'demo'))
  })

  test('a NUL in the first 8,000 bytes -> binary', () => {
    expect(digestOf(withNulAt(7999))).toBe(sha256(withNulAt(7999)))
    expect(digestOf(withNulAt(8000))).not.toBe(sha256(withNulAt(8000)))
  })
})

describe('digest: other entries than files', () => {
  test('symbolic links -> errors', () => {
    const folder = scratch({ 'SKILL.md': 'a', 'sub/x': 'b' })
    symlinkSync('SKILL.md', path.join(folder, 'inside'))
    symlinkSync('/etc/passwd', path.join(folder, 'outside'))
    symlinkSync('..', path.join(folder, 'sub/loop'))
    symlinkSync('nowhere', path.join(folder, 'sub/dangling'))
    expect(codes(digestFolder(folder, 'demo'))).toEqual([
      'error SKILL_SYMLINK demo/inside',
      'error SKILL_SYMLINK demo/outside',
      'error SKILL_SYMLINK demo/sub/dangling',
      'error SKILL_SYMLINK demo/sub/loop',
    ])
    expect(() => digestFile(path.join(folder, 'inside'))).toThrow(/ELOOP/)
  })

  test('a pipe -> a warning, and no wait', () => {
    const folder = scratch({ 'SKILL.md': 'a' })
    const before = digestFolder(folder, 'demo').sha256
    execFileSync('mkfifo', [path.join(folder, 'pipe')])
    expect(digestFolder(folder, 'demo')).toMatchObject({
      sha256: before,
      diagnostics: [{ code: 'SKILL_FILE_SPECIAL', severity: 'warning' }],
    })
    expect(() => digestFile(path.join(folder, 'pipe'))).toThrow('not a regular file')
  })

  test('names that sha256sum would escape or that are not UTF-8 -> errors', () => {
    const folder = scratch({ 'a\nb': '', 'c\\d': '', 'e\u001bf': '' })
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x67, 0xff])]), '')
    expect(codes(digestFolder(folder, 'demo'))).toEqual([
      String.raw`error SKILL_FILE_NAME demo/a\nb`,
      String.raw`error SKILL_FILE_NAME demo/c\d`,
      String.raw`error SKILL_FILE_NAME demo/e\u001bf`,
      'error SKILL_FILE_NAME demo/g\ufffd',
    ])
  })

  test('unreadable files -> errors', () => {
    const folder = scratch({ 'SKILL.md': 'a', secret: 'b', 'locked/x': 'c' })
    chmodSync(path.join(folder, 'secret'), 0)
    chmodSync(path.join(folder, 'locked'), 0)
    chmodSync(folder, 0o755)
    const found = asNobody(() => codes(digestFolder(folder, 'demo')))
    expect(found).toEqual(['error SKILL_TABLE_LOCKED demo/locked', 'error SKILL_TABLE_LOCKED demo/secret'])
  })
})

/** Root can read everything, so the test runs as another user. */
function asNobody<T>(work: () => T): T {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    return work()
  } finally {
    process.seteuid?.(0)
  }
}

test('bytewise: texts -> the order of their UTF-8 bytes', () => {
  const texts = [
    '',
    'a',
    'A',
    'ab',
    'a b',
    'a-b',
    'a/b',
    'ä',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10000}a',
    '\u{10ffff}',
    '😀',
    '😁',
  ]
  for (const a of texts) for (const b of texts) expect(Math.sign(bytewise(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
})
