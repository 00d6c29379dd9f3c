import { expect, test } from 'vitest'
import type { Diagnostic } from '../../../src/core/diagnostics.ts'
import { renderGithubAnnotation } from '../../../src/render/github.ts'

const BASE: Diagnostic = { severity: 'error', code: '42P01', message: 'no such table' }

test.each<[string, Partial<Diagnostic>, string]>([
  ['a place', { file: 'db/1.sql', line: 3, column: 7 }, '::error file=db/1.sql,line=3,col=7,title=42P01::no such table'],
  ['no place', {}, '::error title=42P01::no such table'],
  ['a warning', { severity: 'warning' }, '::warning title=42P01::no such table'],
  ['a note', { severity: 'note' }, '::notice title=42P01::no such table'],
  ['a hint', { hint: 'make it' }, '::error title=42P01::no such table%0Amake it'],
  ['a message of several lines', { message: 'a\r\nb' }, '::error title=42P01::a%0D%0Ab'],
  ['percent signs', { message: '100%0A', file: '50%.sql' }, '::error file=50%25.sql,title=42P01::100%250A'],
  ['colons and commas', { message: 'a: b, c', file: 'a:b,c.sql' }, '::error file=a%3Ab%2Cc.sql,title=42P01::a: b, c'],
  [
    'a command in disguise',
    { message: 'x\n::set-env name=A::b', file: 'a\n::stop' },
    '::error file=a%0A%3A%3Astop,title=42P01::x%0A::set-env name=A::b',
  ],
])('an annotation of %s', (_, parts, expected) => {
  expect(renderGithubAnnotation({ ...BASE, ...parts })).toBe(expected)
})
