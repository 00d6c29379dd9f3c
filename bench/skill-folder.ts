import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const LINE = 'Ask what the person noticed first, name it in their own words, and wait for the answer before going on.\n'

/** Writes skills shaped like those in the wild: a SKILL.md of a few KB, half of them with one to three files beside it. Always the same ones. */
export function writeSkillFolder(folder: string, count: number): void {
  for (let i = 0; i < count; i++) {
    const id = `skill-${String(i).padStart(5, '0')}`
    const home = path.join(folder, id)
    mkdirSync(path.join(home, 'references'), { recursive: true })
    const body = LINE.repeat(10 + ((i * 37) % 60))
    writeFileSync(
      path.join(home, 'SKILL.md'),
      `---\nname: ${id}\ndescription: Skill number ${i}, which helps with task ${i % 97}. Use it when that task comes up.\nmetadata:\n  version: "1.${i % 10}.0"\n  tier: ${['FAST', 'CORE', 'DEEP'][i % 3]}\n  tags: a, b, c\n---\n\n# ${id}\n\n${body}`,
    )
    for (let file = 0; file < (i % 2 === 0 ? 0 : 1 + (i % 3)); file++)
      writeFileSync(path.join(home, 'references', `notes-${file}.md`), LINE.repeat(5 + ((i + file) % 40)))
  }
}
