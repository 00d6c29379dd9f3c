// Writes the generated documents: `npm run generate`. With --check it writes nothing, and exits 1 when one is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { checkTable } from './generate/check-table.js'
import { apiDocs } from './generate/api-docs.js'
import { bundledPackages } from './bundled-packages.js'
import { importSource as source } from './import-source.js'
import { keywordTable } from './generate/keyword-table.js'
import { configSchema } from './generate/config-schema.js'
import { hazardTable } from './generate/hazard-table.js'
import { notices } from './generate/notices.js'
import { outputSchema } from './generate/output-schema.js'
import { ruleTable } from './generate/rule-table.js'
import { settingsTable } from './generate/settings-table.js'

const root = path.dirname(import.meta.dirname)
process.chdir(root)

const CHECKS = [{ directory: 'sql/verify', label: 'sql/verify' }]

/**
 * The file, and the function that makes its text from the source code. With `section`, the text between
 * `<!-- begin SECTION ... -->` and `<!-- end SECTION -->` is generated, and the rest of the file is written by hand.
 */
const DOCUMENTS = [
  {
    file: 'docs/output.schema.json',
    make: async () => outputSchema((await source('src/cli/command-table.ts')).COMMANDS.map(({ name }) => name)),
  },
  {
    file: 'docs/config.schema.json',
    make: async () => configSchema(await source('src/config/setting-table.ts'), (await source('src/registry/rules/rules.ts')).RULES),
  },
  { file: 'docs/api.md', make: async () => apiDocs(await source('src/config/setting-table.ts')) },
  {
    file: 'docs/codes.md',
    make: async () =>
      (await source('src/explain/codes-markdown.ts')).codesMarkdown(await (await source('src/api/explain.ts')).explainCodes()),
  },
  { file: 'THIRD-PARTY-NOTICES', make: async () => notices(await bundledPackages()) },
  { file: 'README.md', section: 'privileges', make: async () => (await source('src/core/privileges-tables.ts')).commandTable() },
  { file: 'README.md', section: 'settings', make: async () => settingsTable(await source('src/config/setting-table.ts')) },
  { file: 'docs/verify.md', section: 'privileges', make: async () => (await source('src/core/privileges-tables.ts')).applicationTable() },
  {
    file: 'docs/verify.md',
    section: 'checks',
    make: async () => checkTable(await (await source('src/verify/read-checks.ts')).readChecks(CHECKS)),
  },
  {
    file: 'docs/migrate-hazards.md',
    section: 'hazards',
    make: async () => hazardTable((await source('src/sqltext/hazards/find-hazards.ts')).HAZARD_TYPES),
  },
  {
    file: 'docs/connection.md',
    section: 'keywords',
    make: async () => keywordTable(await source('src/config/connection-keywords.ts')),
  },
  { file: 'docs/skill-format.md', section: 'rules', make: async () => ruleTable((await source('src/registry/rules/rules.ts')).RULES) },
]

const isCheck = process.argv.includes('--check')
const outOfDate = []
for (const { file, section, make } of DOCUMENTS) {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const made = await make()
  const after = section === undefined ? made : withSection(before, { file, section, made })
  if (after === before) continue
  outOfDate.push(section === undefined ? file : `${file} (section ${section})`)
  if (!isCheck) writeFileSync(file, after)
}
for (const what of outOfDate) console.error(isCheck ? `${what} is out of date` : `wrote ${what}`)
if (isCheck && outOfDate.length > 0) {
  console.error('run npm run generate')
  process.exit(1)
}

/** Replaces the text of a section. */
function withSection(text, { file, section, made }) {
  const marked = new RegExp(`(<!-- begin ${section}\\b[^\\n]*-->\\n)[^]*?(<!-- end ${section} -->)`)
  if (!marked.test(text)) throw new Error(`${file} has no section between <!-- begin ${section} --> and <!-- end ${section} -->`)
  return text.replace(marked, (_, begin, end) => `${begin}\n${made}\n\n${end}`)
}
