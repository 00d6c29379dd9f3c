import { expect, test } from 'vitest'
import { readDirectives } from '../../../src/migrations/files/parse-migration.ts'

const NONE = { noTransaction: false, faults: [] }
const NO_TRANSACTION = { noTransaction: true, faults: [] }

test.each([
  ['', NONE],
  ['SELECT 1;', NONE],
  ['-- skills: no-transaction', NO_TRANSACTION],
  ['-- skills: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);', NO_TRANSACTION],
  ['\ufeff-- skills: no-transaction\r\nSELECT 1;', NO_TRANSACTION],
  ['\n\n  --skills:no-transaction\n', NO_TRANSACTION],
  ['-- Skills: No-Transaction\n', NO_TRANSACTION],
  ['-- a title\n-- skills: no-transaction, no-transaction\n', NO_TRANSACTION],
  ['-- a title\r-- skills: no-transaction\rSELECT 1;', NO_TRANSACTION],
  ['/* licence\n/* nested */ */\n-- skills: no-transaction\n', NO_TRANSACTION],
  ['/* licence */ -- skills: no-transaction\n', NO_TRANSACTION],
  // not a line of its own, or not before the first statement
  ['SELECT 1;\n-- skills: no-transaction\n', NONE],
  [';\n-- skills: no-transaction\n', NONE],
  ['SELECT 1; -- skills: no-transaction', NONE],
  ['/*\n-- skills: no-transaction\n*/ SELECT 1;', NONE],
  ['/* never closed\n-- skills: no-transaction\n', NONE],
  ['-- see -- skills: no-transaction\n', NONE],
  ['--- skills: no-transaction\n', NONE],
  ['-- the skills: no-transaction\n', NONE],
  ['-- skills no-transaction\n', NONE],
  ['-- skills:\n-- skills: ,\n', NONE],
  ['-- skills: no-transactions', { noTransaction: false, faults: [{ offset: 11, word: 'no-transactions' }] }],
  [
    '\ufeff-- a\n-- skills: no-transaction,lazy  😀 ,x\n',
    {
      noTransaction: true,
      faults: [
        { offset: 32, word: 'lazy' },
        { offset: 38, word: '😀' },
        { offset: 42, word: 'x' },
      ],
    },
  ],
])('readDirectives: %j', (text, expected) => {
  expect(readDirectives(text)).toEqual(expected)
  for (const { offset, word } of readDirectives(text).faults) expect(text.startsWith(word, offset)).toBe(true)
})
