import type { CodePage } from './code-page.ts'
import { SQLSTATES } from './sqlstates.ts'

/** The classes of SQLSTATE (PostgreSQL manual, appendix "PostgreSQL Error Codes"), in our words. */
const CLASSES: Readonly<Record<string, string>> = {
  '00': 'success',
  '01': 'a warning',
  '02': 'no data',
  '03': 'a statement that was not finished',
  '08': 'the connection',
  '09': 'a trigger',
  '0A': 'a feature that the server does not support',
  '0B': 'the beginning of a transaction',
  '21': 'the number of rows: more came than one',
  '22': 'data: a value that does not fit',
  '23': 'a constraint: NOT NULL, UNIQUE, CHECK, a foreign key or EXCLUDE was broken',
  '24': 'a cursor',
  '25': 'the state of the transaction, such as read-only or failed before',
  '26': 'a prepared statement',
  '27': 'a trigger that changed what was being changed',
  '28': 'who you are: the user or the password',
  '2B': 'rights that others depend on',
  '2D': 'the end of a transaction',
  '2F': 'a function in SQL',
  '34': 'the name of a cursor',
  '38': 'an external function',
  '39': 'the call of an external function',
  '3B': 'a savepoint',
  '3D': 'the name of a database',
  '3F': 'the name of a schema',
  '40': 'a transaction that was rolled back: a deadlock, or one that could not be put in order',
  '42': 'the statement itself: its syntax, a name that does not exist or exists already, or a right that is missing',
  '44': 'WITH CHECK OPTION of a view',
  '53': 'resources: memory, disk space or connections',
  '54': 'a limit of the server',
  '55': 'the state of an object, such as one that is in use or locked',
  '57': 'somebody stepped in: a cancelled statement, a shutdown',
  '58': 'the system below the server',
  F0: 'a configuration file of the server',
  HV: 'a foreign data wrapper',
  P0: 'PL/pgSQL: an exception that a function raised',
  XX: 'a fault inside of the server, or damaged data',
}

/** What is known of a SQLSTATE, else what its class says about it; undefined for a text that is none. */
export function sqlstatePage(word: string): CodePage | undefined {
  const code = word.trim().toUpperCase()
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  const about = CLASSES[code.slice(0, 2)]
  if (about === undefined) return undefined
  const known = SQLSTATES[code]
  return {
    code,
    kind: 'sqlstate',
    title: known === undefined ? `PostgreSQL, class ${code.slice(0, 2)}: ${about}` : `PostgreSQL: ${known.title}`,
    facts: ['SQLSTATE of the server'],
    meaning: [
      'The server refused a statement, and this is its code for the reason. The tool hands it on with what the server says; the appendix "PostgreSQL Error Codes" of its manual has the name of each.',
    ],
    example: { language: 'console', text: `db/001_notes.sql:2:15 error ${known?.message ?? 'what the server says'} [${code}]` },
    remedies: [...(known?.remedies ?? ['read the message and the place before it: the code only says what kind of fault it is'])],
  }
}
