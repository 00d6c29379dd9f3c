// Makes docs/api.md from src/index.ts: its comments are the sections, and the doc comment of each export is its text.
// Tests run the examples: test/db/api-examples.test.ts.
import { ts } from 'ts-json-schema-generator'

const INDEX = 'src/index.ts'

const INTRO = `# Library

Every command of \`skills\` is also a call of the library, and some calls exist only here. This file is generated from the
doc comments: change a comment and run \`npm run generate\`. The tests run the examples, in a folder with skills in
\`skills/\` and migrations in \`db/migrations/\`.

Most calls take a connection, \`db\` in the examples:

\`\`\`ts
import { connect } from 'skills-registry'

const db = await connect()
// calls
await db.close()
\`\`\`

A call throws \`SkillsError\`, with a \`code\` from [codes.md](codes.md) and the \`exitCode\` of the command line. \`migrate\` and
\`baseline\` also have a report when they fail, so they return the error beside it. Reports are plain data, the same as
\`report\` in the \`--json\` output of the command. The types of all options and reports are exported too.`

/** The text of docs/api.md. An option without a doc comment that is a setting has the help of the setting. */
export function apiDocs({ SETTINGS }) {
  settings = SETTINGS
  const program = ts.createProgram([INDEX], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ['node'],
  })
  const checker = program.getTypeChecker()
  const parts = [INTRO]
  const values = exportedValues(program.getSourceFile(INDEX), checker)
  const names = values.map(({ name }) => name)
  let last = ''
  for (const { section, name, symbol } of values) {
    if (section !== last) parts.push(`## ${section}`)
    last = section
    parts.push(...entry(name, symbol, names, checker))
  }
  return `${parts.join('\n\n')}\n`
}

/** What src/index.ts exports beside types: section, name, and the symbol that has the doc comment. */
function exportedValues(file, checker) {
  let section = ''
  return file.statements.flatMap((statement) => {
    for (const { pos, end } of ts.getLeadingCommentRanges(file.text, statement.pos) ?? []) section = file.text.slice(pos + 3, end)
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return []
    return statement.exportClause.elements.map((element) => ({
      section,
      name: element.name.text,
      symbol: checker.getAliasedSymbol(checker.getSymbolAtLocation(element.name)),
    }))
  })
}

/** The paragraphs about an export. */
function entry(name, symbol, names, checker) {
  const declaration = symbol.valueDeclaration
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  const examples = symbol.getJsDocTags(checker).filter((tag) => tag.name === 'example')
  const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures()
  return [
    `### ${name}`,
    ...(signature === undefined || !ts.isFunctionDeclaration(declaration) ? [] : [code(headOf(name, declaration))]),
    text,
    ...examples.map((tag) => exampleOf(ts.displayPartsToString(tag.text), names)),
    ...(signature === undefined ? [] : optionTables(signature, checker)),
  ].filter((part) => part !== '')
}

/** `sync(db: Db, options: SyncCallOptions = {}): Promise<SyncReport>`. */
function headOf(name, declaration) {
  const parameters = declaration.parameters.map((parameter) => {
    const shown = ts.isIdentifier(parameter.name) ? parameter.name.text : 'options'
    const optional = parameter.initializer !== undefined || parameter.questionToken !== undefined
    return `${shown}${optional ? '?' : ''}: ${oneLine(parameter.type.getText())}`
  })
  return `${name}(${parameters.join(', ')}): ${oneLine(declaration.type.getText())}`
}

/** The example as a module that can be copied. */
function exampleOf(text, names) {
  const used = names.filter((name) => new RegExp(`(?<![.\\w])${name}\\b`).test(text))
  return ['```ts', `import { ${used.join(', ')} } from 'skills-registry'`, '', text.trim(), '```'].join('\n')
}

/** A table for each parameter with options of this project. */
function optionTables(signature, checker) {
  return signature.parameters.flatMap((parameter) => {
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter))
    const fields = type.isUnion() || type.getCallSignatures().length > 0 ? [] : type.getProperties()
    if (parameter.name === 'db' || fields.length === 0 || !fields.every(isOurs)) return []
    const rows = fields.map((field) => {
      const about = oneLine(ts.displayPartsToString(field.getDocumentationComment(checker))) || helpOf(field.name)
      return `| ${code(field.name)} | ${code(typeOf(field, checker))} | ${about.replaceAll('|', '\\|')} |`
    })
    return [['| option | type | meaning |', '|---|---|---|', ...rows].join('\n')]
  })
}

let settings = {}

function helpOf(name) {
  const { help = '', type } = settings[name] ?? {}
  if (help === '') return ''
  const values = type?.values === undefined ? '' : `: ${type.expected}`
  return `${help[0].toUpperCase()}${help.slice(1).replace(/; repeatable$/, '')}${values}.`
}

/** Whether a field is declared in the source of this project. */
function isOurs(field) {
  return field.declarations?.every((declaration) => /[\\/]src[\\/]/.test(declaration.getSourceFile().fileName)) === true
}

function typeOf(field, checker) {
  const [declaration] = field.declarations
  const written = declaration.type?.getText() ?? checker.typeToString(checker.getTypeOfSymbol(field))
  return oneLine(written.replace(/ \| undefined$/, '')).replaceAll('|', '\\|')
}

function oneLine(text) {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function code(text) {
  return `\`${text}\``
}
