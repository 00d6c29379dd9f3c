import { expect, test } from 'vitest'
import { withoutCommands } from '../../../src/cli/output/ci-log.ts'

/** As actions/runner finds commands: at the beginning of a line after white space, and in the older form anywhere. */
function commands(text: string): string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => line.trimStart().startsWith('::') || /##\w*\[/.test(line))
}

test.each([
  '::error::x',
  '  \t::add-mask::x',
  'a\n::stop-commands::x',
  'a\r::x::',
  'name ##[add-path]x',
  '::::x',
  '##[##[',
  '##vso[task.setvariable]x',
  '##teamcity[x]',
  '###[x]',
  '\u00a0::error::x',
])('log of a CI system: %j -> no command', (text) => {
  expect(commands(text)).not.toEqual([])
  const harmless = withoutCommands(text)
  expect(commands(harmless)).toEqual([])
  expect(harmless.replaceAll('\u200B', '')).toBe(text)
})

test.each(['select a::int', 'std::string', '# [x]', '  a :: b'])('log of GitHub: %j -> unchanged', (text) => {
  expect(withoutCommands(text)).toBe(text)
})
