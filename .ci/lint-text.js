// Two rules for code that reads foreign text, which oxlint does not have (docs/adr/0024-linear-text.md):
// - no regular expression takes more than linear time. recheck finds those that backtrack, and those whose search begins
//   again at each character. A comment `linear: REASON` on the line above excuses one that recheck judges wrongly, or that
//   reads only our own text.
// - the second argument of replace and replaceAll is a function, or a text in the code: in other text `$&` has a meaning.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { check } from 'recheck'
import { parseSync, Visitor } from 'oxc-parser'

const root = path.dirname(import.meta.dirname)
const named = process.argv.slice(2)
const files =
  named.length > 0 ? named : readdirSync(path.join(root, 'src'), { recursive: true }).map((file) => path.join(root, 'src', file))

/** Of recheck, in milliseconds. It also counts steps. */
const PATIENCE = { timeout: 120_000, attackTimeout: 60_000, incubationTimeout: 60_000, randomSeed: 1 }

/** The expressions that this version of recheck found to be linear in an earlier run: each takes it about 50 ms. */
const cache = path.join(
  root,
  'node_modules/.cache/lint-text',
  `recheck-${createRequire(import.meta.url)('recheck/package.json').version}.json`,
)
const known = new Set(named.length > 0 ? [] : readCache())
const used = new Set()

let count = 0
for (const file of files.filter((one) => one.endsWith('.ts'))) {
  for (const fault of await faultsOf(file, readFileSync(file, 'utf8'))) {
    console.error(fault)
    count++
  }
}
if (named.length === 0 && [...used].some((expression) => !known.has(expression))) {
  mkdirSync(path.dirname(cache), { recursive: true })
  writeFileSync(cache, JSON.stringify([...used], undefined, 1))
}
// the checker is a process that waits for more work
process.exit(count > 0 ? 1 : 0)

async function faultsOf(file, text) {
  const { program } = parseSync(file, text)
  const functions = new Set()
  const faults = []
  const expressions = []
  const report = (node, message) => faults.push(`${path.relative(root, file)}:${lineOf(text, node.start)}: ${message}`)
  new Visitor({
    FunctionDeclaration: ({ id }) => functions.add(id?.name),
    VariableDeclarator({ id, init }) {
      if (init?.type.endsWith('FunctionExpression')) functions.add(id.name)
    },
  }).visit(program)
  new Visitor({
    Literal(node) {
      if (node.regex) expressions.push({ node, ...node.regex })
    },
    NewExpression(node) {
      if (node.callee.name !== 'RegExp') return
      const [pattern, flags = ''] = node.arguments.map((argument) => textOf(argument))
      if (pattern === undefined) report(node, 'a regular expression that is not written in the code cannot be checked')
      else expressions.push({ node, pattern, flags })
    },
    CallExpression({ callee, arguments: [, replacement] }) {
      const name = callee.property?.name
      if ((name !== 'replace' && name !== 'replaceAll') || replacement === undefined) return
      const isFunction = replacement.type.endsWith('FunctionExpression') || functions.has(replacement.name)
      if (!isFunction && textOf(replacement) === undefined)
        report(replacement, `${name} with a text that is not written in the code: use a function`)
    },
  }).visit(program)
  for (const { node, pattern, flags } of expressions) {
    const time = isExcused(text, node.start) ? undefined : await worseThanLinear(pattern, flags)
    if (time !== undefined) report(node, `/${pattern}/${flags} takes ${time}`)
  }
  return faults
}

/** One at a time: under load, recheck takes its own slowness for that of the expression. */
async function worseThanLinear(pattern, flags) {
  const expression = `/${pattern}/${flags}`
  if (!known.has(expression) && !used.has(expression)) {
    const { status, complexity, attack, error } = await check(pattern, flags, PATIENCE)
    if (status === 'vulnerable') return `${complexity.summary} time, for example with ${attack.pattern}`
    if (status !== 'safe') return `unknown time: ${error.kind}`
  }
  used.add(expression)
  return undefined
}

/** Without a cache, or with one that was cut off, every expression is checked. */
function readCache() {
  try {
    return JSON.parse(readFileSync(cache, 'utf8'))
  } catch {
    return []
  }
}

/** The text of a literal or of a template without parts. */
function textOf(node) {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  const template = node?.type === 'TaggedTemplateExpression' ? node.quasi : node
  if (template?.type !== 'TemplateLiteral' || template.expressions.length > 0) return undefined
  return template.quasis[0].value[template === node ? 'cooked' : 'raw']
}

function isExcused(text, offset) {
  const lines = text.slice(0, offset).split('\n')
  return /\/[/*].* linear: \S/.test(`${lines.at(-2)}\n`)
}

function lineOf(text, offset) {
  return text.slice(0, offset).split('\n').length
}
