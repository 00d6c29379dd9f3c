import { describe, expect, test } from 'vitest'
import { chooseDestinations } from '../../../src/cli/output/destinations.ts'
import type { Destination } from '../../../src/cli/parse/common-options.ts'
import { REPORTER_OPTIONS } from '../../../src/cli/parse/common-options.ts'
import { readInput } from '../../../src/cli/parse/read-values.ts'
import { defineCommand } from '../../../src/cli/parse/spec.ts'

const spec = defineCommand({ name: 'x', group: 'Checks', order: 1, summary: '', options: REPORTER_OPTIONS, examples: [] })

/** From the text of the options to the destinations. */
const choose = (flags: Readonly<Record<string, unknown>>): Destination[] => chooseDestinations(readInput(spec, { flags, args: [] }).flags)

test.each<[string, Record<string, unknown>, Destination[]]>([
  ['nothing', {}, [{ reporter: 'text' }]],
  ['--json', { json: true }, [{ reporter: 'json' }]],
  ['--json twice over', { json: true, reporter: ['json'] }, [{ reporter: 'json' }]],
  ['--json beside a file', { json: true, reporter: ['junit=r.xml'] }, [{ reporter: 'junit', file: 'r.xml' }, { reporter: 'json' }]],
  ['a list', { reporter: ['text,github'] }, [{ reporter: 'text' }, { reporter: 'github' }]],
  ['a file with a comma and a sign', { reporter: ['tap=a,b=c'] }, [{ reporter: 'tap', file: 'a,b=c' }]],
  ['- for standard output', { reporter: ['junit=-'] }, [{ reporter: 'junit' }]],
  ['--output alone', { output: 'r.txt' }, [{ reporter: 'text', file: 'r.txt' }]],
  ['--output of the only one', { reporter: ['junit'], output: 'r.xml' }, [{ reporter: 'junit', file: 'r.xml' }]],
  ['--output beside text', { reporter: ['text', 'junit'], output: 'r.xml' }, [{ reporter: 'text' }, { reporter: 'junit', file: 'r.xml' }]],
  ['--output of --json', { json: true, output: 'r.json' }, [{ reporter: 'json', file: 'r.json' }]],
  ['--output -', { reporter: ['junit'], output: '-' }, [{ reporter: 'junit' }]],
])('destinations: %s -> expected reports', (_, flags, expected) => {
  expect(choose(flags)).toEqual(expected)
})

describe('destinations: invalid options -> USAGE', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'an unknown one',
      { reporter: ['junti'] },
      /^invalid value "junti" for --reporter \(expected text, json, github, junit, sarif or tap, or NAME=FILE\)$/,
    ],
    ['no file', { reporter: ['junit='] }, /^invalid value "junit=" for --reporter/],
    ['two documents on one stream', { reporter: ['junit', 'tap'] }, /junit and tap cannot share/],
    ['lines and a document on one stream', { reporter: ['text', 'tap'] }, /text and tap cannot share/],
    ['one file for two', { reporter: ['junit=a', 'tap=a'] }, /two reports have the same file a/],
    ['--output for two', { reporter: ['junit', 'tap'], output: 'a' }, /more than one report/],
    ['--output for none', { reporter: ['junit=b'], output: 'a' }, /every report has a file already/],
  ])('%s', (_, flags, message) => {
    expect(() => choose(flags)).toThrow(expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }))
  })
})
