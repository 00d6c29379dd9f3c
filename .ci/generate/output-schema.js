// docs/output.schema.json, from the types that the commands report: every command exports the type `Report`.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createGenerator } from 'ts-json-schema-generator'

const COMMANDS = 'src/cli/commands'
const ENVELOPE = 'src/cli/views/envelope.ts'
const ENTRY = 'node_modules/.cache/generate/documents.ts'

/** The schema as text. `commands` are the names of all commands, such as `migrate status`, in the order of the help page. */
export function outputSchema(commands) {
  const { definitions } = schemaOf(commands)
  return `${JSON.stringify(definitions,null,2)}\n`
}

/** Lets the library read one interface that has everything. */
function schemaOf(commands) {
  const reports = commands.map((command, i) => `import type { Report as Report${i} } from '../../../${reportFile(command)}'`)
  const entry = [
    ...reports,
    `import type { Envelope } from '../../../${ENVELOPE}'`,
    'export interface Documents {',
    '  envelope: Envelope',
    ...commands.map((command, i) => `  '${command}': Report${i}`),
    '}',
  ]
  mkdirSync(path.dirname(ENTRY), { recursive: true })
  writeFileSync(ENTRY, entry.join('\n'))
  const generator = createGenerator({
    path: ENTRY,
    tsconfig: 'tsconfig.json',
    type: 'Documents',
    // the compiler of the project checks types; this one only reads them
    skipTypeCheck: true,
    encodeRefs: false,
    sortProps: false,
    topRef: false,
  })
  return generator.createSchema('Documents')
}

/** The source file of a command that exports `Report`. */
function reportFile(command) {
  const place = path.join(COMMANDS, command.replaceAll(' ', '-'))
  const files = existsSync(place) ? readdirSync(place).map((file) => path.join(place, file)) : [`${place}.ts`]
  const found = files.find((file) => /^export (type|interface) Report\b/m.test(readFileSync(file, 'utf8')))
  if (found === undefined) throw new Error(`skills ${command}: no file of ${place} exports the type Report`)
  return found
}
