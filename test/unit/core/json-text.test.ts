import { expect, test } from 'vitest'
import { jsonText } from '../../../src/core/json.ts'
import { jsonWithoutSecrets } from '../../../src/core/redaction.ts'

test.each(['##[add-path]x', 'a ##[warning]b', '###[x]', '##vso[task.x]y', '##teamcity[x]', '::error::x', '\n::error::x', 'a\r\n  ::x::y'])(
  'JSON: %j -> no command of a CI system, the same value',
  (text) => {
    for (const json of [jsonText({ [text]: text }), jsonText({ [text]: [text] }, 2), jsonWithoutSecrets({ text })]) {
      expect(json).not.toMatch(/##\w*\[/)
      for (const line of json.split(/\r\n|\r|\n/)) expect(line.trimStart()).not.toMatch(/^::/)
    }
    expect(JSON.parse(jsonText({ [text]: text }))).toEqual({ [text]: text })
  },
)

test.each(['\u009b31m', '\u007f', '\u202egnp.exe', '\u2028'])('JSON: %j -> escaped, the same value', (text) => {
  expect(jsonText({ text })).toMatch(/^[ -~]+$/)
  expect(JSON.parse(jsonText({ text }))).toEqual({ text })
})
