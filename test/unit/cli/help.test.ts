import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/command-table.ts'
import { createProgram } from '../../../src/cli/parse/program.ts'

/** The pages of all commands on a terminal with this number of columns, by name. */
function pages(columns: number): Map<string, string> {
  const all = new Map<string, string>()
  const visit = (command: Command, name: string): void => {
    let text = ''
    command.configureOutput({ getOutHelpWidth: () => columns, writeOut: (part) => void (text += part) }).outputHelp()
    all.set(name, text)
    for (const below of command.commands) visit(below, `${name} ${below.name()}`.trim())
  }
  visit(createProgram(COMMANDS, ignore, ignore), '')
  return all
}

const ignore = (): void => undefined
const words = (page: string): string[] => page.split(/\s+/)
const isOwn = (line: string): boolean => !line.startsWith('  $ ') && !line.startsWith('Usage: ')

describe.each([40, 60, 80, 100, 160])('on %d columns', (columns) => {
  const narrow = pages(columns)
  const wide = pages(1_000)

  test('help page: narrow terminal -> no line is longer, no word is lost', () => {
    const long = [...narrow].flatMap(([name, page]) =>
      page
        .split('\n')
        .filter((line) => isOwn(line) && line.length > columns)
        .map((line) => `${name}: ${line}`),
    )
    expect(long).toEqual([])
    for (const [name, page] of narrow) expect(words(page), name).toEqual(words(wide.get(name) ?? ''))
  })

  test('help page: examples first, exit codes last', () => {
    for (const [name, page] of narrow) {
      expect(page, name).toMatch(/^Examples:\n {2}\$ skills/)
      expect(page.trim().replaceAll(/\s+/g, ' '), name).toMatch(/Exit codes: 0 ok, .* 130\/143 interrupted$/)
    }
  })
})

test('help page: a terminal that reports 0 columns -> 80 columns', () => {
  expect(pages(0)).toEqual(pages(80))
})
