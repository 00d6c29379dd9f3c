import { DEFAULTS } from '../config/defaults.ts'
import { readFile } from 'node:fs/promises'
import { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import type { Count } from '../core/report-types.ts'

export interface DemoSkill {
  id: string
  version: string
  tier: string | null
  /** Foundational: always unlocked. */
  open: boolean
}

export interface DemoOptions {
  /** The file sql/demo/events.sql. */
  query: string
  /** Number of events. */
  events: number
  /** The same seed gives the same data, shifted in time to end at `until`. */
  seed: number
  /** The latest event is a few minutes before this time; the time of the server unless given. */
  until?: Date | undefined
  /** Days over which the events are spread; 180 unless given. */
  days?: number | undefined
  /** Sample skills to register when the registry is empty; 40 unless given. */
  skills?: number | undefined
  /** Add to existing events. Default: an existing event is an error. */
  append?: boolean | undefined
  /** Called with the number of events written so far. */
  onProgress?: ((written: number) => void) | undefined
}

export interface DemoReport {
  events: Count
  feedback: Count
  unlocks: Count
  /** Sample skills that were added to the registry. */
  registered: Count
}

const BATCH = 20_000

/** Writes sample events, feedback and unlocks in one transaction: all or nothing. Throws EVENTS_EXIST. */
export async function writeDemoData(db: Db, options: DemoOptions): Promise<DemoReport> {
  const { events, seed, days = DEFAULTS.demo.days, append = false } = options
  const query = await readFile(options.query, 'utf8')
  return withSkillsErrors(db, { action: 'write sample data' }, () =>
    db.transaction({}, async () => {
      if (!append && (await hasEvents(db))) {
        throw new SkillsError('EVENTS_EXIST', `${db.info.label} already has events: sample data would make its statistics wrong`, {
          hint: 'nothing was written; use an empty database, such as --embedded demo, or pass --append',
        })
      }
      const { skills, registered } = await skillsToUse(db, options.skills ?? DEFAULTS.demo.skills)
      const [clock] = await db.run('select now() as now', [], { now: 'time' })
      const until = options.until ?? clock?.now ?? new Date()
      const before = await unlockCount(db)
      let feedback = 0
      for (let first = 1; first <= events; first += BATCH) {
        const last = Math.min(events, first + BATCH - 1)
        const [row] = await db.run(query, [first, last, events, seed, until, days, skills])
        feedback += Number(row?.['feedback'] ?? 0)
        options.onProgress?.(last)
      }
      return { events, feedback, unlocks: (await unlockCount(db)) - before, registered }
    }),
  )
}

/** Whether the log has events. */
export async function hasEvents(db: Db): Promise<boolean> {
  return (await db.run('select from :"schema".skill_usage_events limit 1')).length > 0
}

async function unlockCount(db: Db): Promise<number> {
  const [row] = await db.run('select count(*)::int as n from :"schema".skill_unlocks')
  return Number(row?.['n'] ?? 0)
}

/** The enabled skills of the registry, so that the statistics contain no unknown skills. An empty registry gets sample skills. */
async function skillsToUse(db: Db, wanted: number): Promise<{ skills: DemoSkill[]; registered: number }> {
  const known = await db.run(
    `select skill_id as id, version, meta->>'tier' as tier, meta->>'category' is not distinct from 'foundational' as open
       from :"schema".skills_registry where enabled order by skill_id collate "C"`,
  )
  if (known.length > 0) return { skills: known as unknown as DemoSkill[], registered: 0 }
  const skills = Array.from({ length: wanted }, (_, i): DemoSkill => {
    const id = `demo-skill-${String(i + 1).padStart(String(wanted).length, '0')}`
    return { id, version: '1.0.0', tier: ['FAST', 'CORE', 'DEEP'][i % 3] ?? null, open: i % 4 === 0 }
  })
  await db.run(
    `insert into :"schema".skills_registry (skill_id, version, meta)
     select id, version, jsonb_build_object('tier', tier, 'category', case when open then 'foundational' else 'lineage' end, 'demo', true)
       from jsonb_to_recordset($1::jsonb) as rows (id text, version text, tier text, open boolean)`,
    [skills],
  )
  return { skills, registered: skills.length }
}
