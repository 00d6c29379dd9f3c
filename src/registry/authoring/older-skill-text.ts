import { isJsonObject, type Json } from '../../core/json.ts'
import { META_JSON } from '../skill/skill-files.ts'
import { NO_VERSION, type Skill } from '../skill/skill.ts'
import { skillText } from '../front-matter/write-front-matter.ts'
import { KNOWN_KEYS } from '../front-matter/validate.ts'

const SKILL_JSON = 'skill.json'

/**
 * The SKILL.md for a skill of the older layout. A single prompt becomes the text; several prompts become links. Unknown keys of
 * `meta.json` go under `metadata`, so that nothing is lost. `inlined` lists the files whose content is in the text.
 */
export function olderSkillText(
  skill: Skill,
  name: string,
  files: readonly string[],
  read: (file: string) => string,
): { text: string; inlined: string[] } {
  const { meta } = skill
  const { body, inlined } = bodyOf(skill, files, read)
  const text = skillText({
    name,
    description: skill.description,
    license: meta.license,
    compatibility: meta.compatibility,
    allowedTools: meta.allowedTools?.join(' '),
    metadata: [
      ...(skill.version === NO_VERSION ? [] : [['version', skill.version] as const]),
      ...(name === skill.id ? [] : [['former-id', skill.id] as const]),
      ...(meta.name === skill.id || meta.name === name ? [] : [['title', meta.name] as const]),
      ...texts({ tier: meta.tier, category: meta.category, kind: meta.kind }),
      ...texts({ triggers: list(meta.triggers), elements: list(meta.elements), realms: list(meta.realms), tags: list(meta.tags) }),
      ...texts({ author: meta.author, 'trust-level': String(skill.trustLevel), enabled: skill.enabled ? undefined : 'false' }),
      ...unknownKeys(read(META_JSON)),
    ],
    body,
  })
  return { text, inlined }
}

function texts(values: Readonly<Record<string, string | undefined>>): (readonly [string, string])[] {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, value] as const]))
}

/** The specification allows only text under `metadata`. A comma in an item becomes a semicolon, because a comma separates items. */
function list(items: readonly string[]): string {
  return items.map((item) => item.replaceAll(',', ';')).join(', ')
}

/** Keys that are written already. */
const WRITTEN: ReadonlySet<string> = new Set([...KNOWN_KEYS, 'id', 'skill_id', 'title'])

function unknownKeys(metaJson: string): (readonly [string, string])[] {
  const parsed: unknown = JSON.parse(metaJson)
  if (!isJsonObject(parsed)) return []
  const { metadata } = parsed
  const all = { ...parsed, ...(isJsonObject(metadata) ? metadata : {}) }
  return Object.entries(all)
    .filter(([key, value]) => !WRITTEN.has(key) && value !== null)
    .map(([key, value]) => [key, asText(value)] as const)
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function bodyOf({ meta }: Skill, files: readonly string[], read: (file: string) => string): { body: string; inlined: string[] } {
  const prompts = files.filter((file) => /^prompts\/.*\.(?:md|txt|prompt)$/i.test(file))
  const [only] = prompts
  const text =
    prompts.length === 1 && only !== undefined
      ? read(only)
          .replace(/^\ufeff/, '')
          .trim()
      : ''
  const links = prompts.map((file) => `- [${file}](${encodeURI(file)})`)
  const main = prompts.length > 1 ? ['Read the prompt that fits:', '', ...links].join('\n') : text
  const definition = files.includes(SKILL_JSON) ? `Its definition for programs is in [${SKILL_JSON}](${SKILL_JSON}).` : ''
  const heading = main.startsWith('# ') ? '' : `# ${meta.name}`
  const body = [heading, main, definition].filter((part) => part !== '').join('\n\n')
  return { body, inlined: text === '' || only === undefined ? [] : [only] }
}
