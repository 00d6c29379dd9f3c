import { oneLine, under } from '../skill/display.ts'
import { finding } from '../skill/finding.ts'
import type { Namespace, ReadSkill } from './judge-skill.ts'

/** Of two folders with one id none is taken: which one is meant cannot be known, and it must not depend on their order. */
export function refuseNamesakes(read: readonly ReadSkill[], namespace: Namespace): void {
  const byId = new Map<string, ReadSkill | ReadSkill[]>()
  for (const one of read) {
    if (one.id === undefined) continue
    const before = byId.get(one.id)
    if (before === undefined) byId.set(one.id, one)
    else if (Array.isArray(before)) before.push(one)
    else byId.set(one.id, [before, one])
  }
  const what = namespace === 'name' ? 'name' : 'path below their folders'
  const hint = namespace === 'name' ? 'rename one of them, or remove it; with `--namespace path` the paths are the ids' : undefined
  for (const [id, namesakes] of byId) {
    if (!Array.isArray(namesakes)) continue
    for (const [i, one] of namesakes.entries()) {
      one.content = undefined
      one.settled = undefined
      const [other] = i === 0 ? namesakes.slice(1) : namesakes
      const more = namesakes.length > 2 ? ` and ${namesakes.length - 2} more` : ''
      const message = `${one.path} and ${other?.path ?? ''}${more} have one ${what}, ${oneLine(id)}: none is used`
      one.diagnostics.push(finding('SKILL_NAME_TWICE', message, under(one.path, one.fileName), one.idPlace, hint))
    }
  }
}
