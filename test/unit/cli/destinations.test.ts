import { describe, expect, test } from 'vitest'
import type { Destination, ReporterFlags } from '../../../src/cli/output/destinations.ts'
import { chooseDestinations } from '../../../src/cli/output/destinations.ts'

test.each<[string, ReporterFlags, Destination[]]>([
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
])('%s', (_, flags, expected) => {
  expect(chooseDestinations(flags)).toEqual(expected)
})

describe('refused', () => {
  test.each<[string, ReporterFlags, RegExp]>([
    ['an unknown one', { reporter: ['junti'] }, /no reporter "junti"; did you mean junit\?/],
    ['no file', { reporter: ['junit='] }, /names no file/],
    ['two documents on one stream', { reporter: ['junit', 'tap'] }, /junit and tap cannot share/],
    ['lines and a document on one stream', { reporter: ['text', 'tap'] }, /text and tap cannot share/],
    ['one file for two', { reporter: ['junit=a', 'tap=a'] }, /two reports would go into a/],
    ['--output for two', { reporter: ['junit', 'tap'], output: 'a' }, /more than one report/],
    ['--output for none', { reporter: ['junit=b'], output: 'a' }, /no report could/],
  ])('%s', (_, flags, message) => {
    expect(() => chooseDestinations(flags)).toThrow(expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }))
  })
})
