import { availableParallelism } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { loadIgnoreReader } from '../../src/registry/reading/ignore-rules.ts'
import { createReadQueue, readAtOnce } from '../../src/registry/reading/read-queue.ts'
import type { ReadQueue, ReadQueueOptions } from '../../src/registry/reading/read-queue.ts'
import { readStamped } from '../../src/registry/reading/read-stamped.ts'
import { openReadingThread } from '../../src/registry/reading/reading-thread.ts'
import type { ReadingThread } from '../../src/registry/reading/reading-thread.ts'
import { lineOf } from '../../src/registry/cache/skill-line.ts'
import type { FoundSkill } from '../../src/registry/reading/list-skill.ts'
import { walk } from '../../src/registry/reading/walk.ts'
import { loadYamlParser } from '../../src/registry/front-matter/yaml.ts'
import { scratch } from '../support/scratch.ts'

const SKILLS = 1800
const HOW = { lenient: false, stamped: true }
const PROGRAM = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/registry/reading/reader-thread.js'))

const name = (i: number): string => `skill-${String(i).padStart(4, '0')}`

const text = (i: number): string =>
  i % 7 === 0 ? '---\nname: [\n---\n' : `---\nname: ${name(i)}\ndescription: "Größe ${i}, 測試 🌊"\n---\n# Text\n`

/** Many skills, every seventh of which is faulty. */
async function many(): Promise<FoundSkill[]> {
  const cwd = scratch(
    Object.fromEntries(
      Array.from({ length: SKILLS }, (_, i) => [
        [`skills/${name(i)}/SKILL.md`, text(i)],
        [`skills/${name(i)}/notes/é.md`, `${i}`],
      ]).flat(),
    ),
  )
  const walked = walk({ path: path.join(cwd, 'skills'), label: 'skills' }, { cwd, readIgnore: await loadIgnoreReader() })
  return [...walked].flatMap(({ skill }) => (skill !== undefined && 'listing' in skill ? [skill] : []))
}

interface Run {
  /** What was read, each as the line that a cache would keep. */
  read: string[]
  /** How many batches the thread was given. */
  posted: number
}

async function run(
  added: readonly FoundSkill[],
  create: (options: ReadQueueOptions) => ReadQueue,
  afterPost: (posted: number, thread: ReadingThread) => void = () => undefined,
): Promise<Run> {
  const parse = await loadYamlParser()
  const result: Run = { read: [], posted: 0 }
  const queue = create({
    read: (skill) => readStamped(skill, { ...HOW, parse }),
    onRead: (skill, { entry, line }) => {
      expect(entry.key).toBe(skill.relative)
      result.read.push(line === undefined ? lineOf(entry) : line.toString('utf8'))
    },
    openThread: async () => {
      const thread = await openReadingThread(HOW, PROGRAM)
      if (thread === undefined) throw new Error('there is no second thread')
      const post = thread.post.bind(thread)
      return Object.assign(thread, {
        post: (batch: readonly FoundSkill[]) => {
          post(batch)
          afterPost(++result.posted, thread)
        },
      })
    },
  })
  for (const skill of added) {
    queue.add(skill)
    // as the turns of a long run do
    if (result.read.length % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await queue.finish()
  queue.close()
  return result
}

let skills: FoundSkill[] = []
beforeAll(async () => {
  skills = await many()
})

test.skipIf(availableParallelism() < 2)('read queue: two threads -> the same results as one thread, in the same order', async () => {
  const alone = await run(skills, readAtOnce)
  expect(alone.read).toHaveLength(SKILLS)
  const together = await run(skills, createReadQueue)
  expect(together.posted).toBeGreaterThan(0)
  expect(together.read).toEqual(alone.read)
})

test.skipIf(availableParallelism() < 2)('read queue: the second thread ends early -> no skill is lost', async () => {
  const alone = await run(skills, readAtOnce)
  const cut = await run(skills, createReadQueue, (posted, thread) => {
    if (posted === 2) thread.close()
  })
  expect(cut.posted).toBeGreaterThan(1)
  expect(cut.read).toEqual(alone.read)
})

test('read queue: few skills -> no second thread', async () => {
  expect(await run(skills.slice(0, 900), createReadQueue)).toMatchObject({ posted: 0, read: { length: 900 } })
})

test('read queue: a second thread cannot be started -> the first thread reads all skills', async () => {
  const parse = await loadYamlParser()
  const read: string[] = []
  const queue = createReadQueue({
    read: (skill) => readStamped(skill, { ...HOW, parse }),
    onRead: ({ relative }) => read.push(relative),
    openThread: () => Promise.reject(new Error('no resources')),
  })
  for (const skill of skills) queue.add(skill)
  await queue.finish()
  queue.close()
  expect(read).toEqual(skills.map(({ relative }) => relative))
})
