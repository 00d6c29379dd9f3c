// Makes docs/output.schema.json from the types of the reports. The file run.ts of each command exports the type `Report`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
  TypeAliasNodeParser,
} from 'ts-json-schema-generator'

const COMMANDS = 'src/cli/commands'
const ENVELOPE = 'src/cli/output/envelope.ts'
const ENTRY = 'node_modules/.cache/generate/documents.ts'

/** The schema as text. `commands` are the names of all commands, such as `migrate status`, in the order of the help page. */
export function outputSchema(commands) {
  const { properties, definitions } = schemaOf(commands)
  const { envelope: _, ...reports } = properties
  const { Envelope, ...types } = definitions
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'The document that `skills <command> --json` writes to stdout',
    ...Envelope,
    properties: { ...Envelope.properties, command: { enum: commands } },
    allOf: [
      {
        if: { properties: { ok: { const: true } } },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { properties: { report: { type: 'object' }, error: false } },
      },
      ...commands.map((command) => ({
        if: { properties: { command: { const: command } } },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { properties: { report: { anyOf: [{ type: 'null' }, { $ref: `#/definitions/${commandName(command)}` }] } } },
      })),
    ],
    definitions: {
      ...Object.fromEntries(commands.map((command) => [commandName(command), { title: `skills ${command}`, ...reports[command] }])),
      ...types,
    },
  }
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

/** The schema of an interface that has the envelope and, under the name of each command, its report. */
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
  const config = {
    ...DEFAULT_CONFIG,
    path: ENTRY,
    tsconfig: 'tsconfig.json',
    type: 'Documents',
    // `npm run types` checks the types; here they are only read
    skipTypeCheck: true,
    encodeRefs: false,
    sortProps: false,
    topRef: false,
  }
  const program = createProgram(config)
  const parser = createParser(program, config, (chain) => chain.addNodeParser(new InlineAlias(program.getTypeChecker(), chain)))
  return new SchemaGenerator(program, parser, createFormatter(config), config).createSchema('Documents')
}

/** Type aliases that get no definition of their own: many files export a type of the same name. */
class InlineAlias extends TypeAliasNodeParser {
  supportsNode(node) {
    return super.supportsNode(node) && ['Report', 'WithDatabase'].includes(node.name.text)
  }
}

/** The file of a command that exports `Report`. */
function reportFile(command) {
  const file = path.join(COMMANDS, command.replaceAll(' ', '-'), 'run.ts')
  if (/^export type Report\b/m.test(readFileSync(file, 'utf8'))) return file
  throw new Error(`${file} must export the type Report: what skills ${command} --json reports`)
}

/** Name of a command's definition: `migrateStatusCommand`. */
function commandName(command) {
  return `${command.replaceAll(/[ -](\w)/g, (_, letter) => letter.toUpperCase())}Command`
}
