import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const script = path.resolve('.ci/lint-text.js')

function lint(text: string): { status: number | null; stderr: string } {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'lint-text-')), 'a.ts')
  writeFileSync(file, text)
  const { status, stderr } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' })
  return { status, stderr }
}

describe('linter of text', () => {
  test.each([
    ['nested repeats', '/(a+)+$/'],
    ['white space at the end', String.raw`/\s+$/`],
    ['two repeats of the same', String.raw`/^\s*\w*\s*:\s*(.*?)\s*$/`],
    ['a search for an end', '/<!--[^]*?-->/g'],
  ])('regular expression with %s, which takes more than linear time -> a fault', (_, expression) => {
    const { status, stderr } = lint(`\nexport const a = ${expression}\n`)
    expect(stderr).toContain(`a.ts:2: ${expression} takes `)
    expect(status).toBe(1)
  })

  test.each([
    ['a variable', 'export const f = (a: string, b: string) => a.replace("x", b)'],
    ['a template', 'export const f = (a: string, b: string) => a.replaceAll("x", `<${b}>`)'],
    ['a call', 'export const f = (a: string, b: string) => a.replaceAll("x", String(b))'],
  ])('replacement that is not written in the code -> a fault: %s', (_, text) => {
    expect(lint(text)).toMatchObject({ status: 1, stderr: expect.stringContaining('use a function') })
  })

  test('regular expression from a variable -> a fault', () => {
    expect(lint('export const f = (a: string) => new RegExp(a)').stderr).toContain('cannot be checked')
  })

  test('linear expressions, functions and texts in the code -> no fault', () => {
    const text = [
      String.raw`export const a = /^[a-z]+(?:-[a-z]+)*$/`,
      String.raw`export const f = (b: string) => b.replace(/[A-Z]/g, (c) => c.toLowerCase()).replaceAll('x', '$1').replace(/y/, g)`,
      `function g(): string { return '' }`,
      '// linear: reads only text of this package',
      String.raw`export const c = /\s+$/`,
    ].join('\n')
    expect(lint(text)).toEqual({ status: 0, stderr: '' })
  })
})
