import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const LINE = 'Ask what the person noticed first, name it in their own words, and wait for the answer before going on.\n'
const TEXT = Buffer.from(LINE.repeat(5000))

/**
 * Writes skills like 9,000 public ones: half of them have files next to SKILL.md, which is a fifth of the bytes; the median file
 * has 3 KB, 1 % have more than 28 KB; two in five have a version, one in three names its tools. The skills are always the same.
 */
export function writeSkillFolder(folder: string, count: number): void {
  const random = generator(20_251_220)
  const about = (median: number, spread: number): number =>
    Math.round(median * Math.exp(spread * Math.sqrt(-2 * Math.log(random() + 1e-9)) * Math.cos(2 * Math.PI * random())))
  for (let i = 0; i < count; i++) {
    const id = `skill-${String(i).padStart(5, '0')}`
    const home = path.join(folder, `group-${i % 50}`, id)
    mkdirSync(home, { recursive: true })
    writeFileSync(path.join(home, 'SKILL.md'), Buffer.concat([frontMatter(id, i), TEXT.subarray(0, Math.min(290_000, about(3000, 0.9)))]))
    const more = random() < 0.51 ? Math.min(60, Math.max(1, about(3, 0.9))) : 0
    for (let file = 0; file < more; file++) {
      const below = path.join(home, ['references', 'scripts', 'assets'][file % Math.min(3, 1 + Math.floor(more / 4))] ?? '')
      mkdirSync(below, { recursive: true })
      const text = TEXT.subarray(0, Math.min(500_000, about(2500, 1.1)))
      writeFileSync(path.join(below, `file-${file}.md`), Buffer.concat([Buffer.from(`${id} ${file}\n`), text]))
    }
  }
}

function frontMatter(id: string, i: number): Buffer {
  const version = i % 5 < 2 ? `metadata:\n  version: "1.${i % 10}.0"\n  tier: ${['FAST', 'CORE', 'DEEP'][i % 3] ?? ''}\n` : ''
  const tools = i % 3 === 0 ? 'allowed-tools: Read, Bash(git:*), Grep\n' : ''
  const description = `Skill number ${i}, which helps with task ${i % 97} of the people who come to it with that. Use it when that task comes up, and not otherwise.`
  return Buffer.from(`---\nname: ${id}\ndescription: ${description}\n${version}license: MIT\n${tools}---\n\n# ${id}\n\n`)
}

/** A linear congruential generator: the same numbers on every machine. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x80000000
  }
}
