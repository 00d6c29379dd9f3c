import { workerData, type MessagePort } from 'node:worker_threads'
import { readStamped } from './read-stamped.ts'
import type { BatchAnswer, ThreadData } from './reading-thread.ts'
import { lineOf } from '../cache/skill-line.ts'
import type { FoundSkill } from './list-skill.ts'
import { loadYamlParser } from '../front-matter/yaml.ts'

// The program of the second thread, see reading-thread.ts.
const { port, ...how } = workerData as ThreadData & { port: MessagePort }
const options = { ...how, parse: await loadYamlParser() }

port.on('message', (batch: string) => {
  const read = (JSON.parse(batch) as FoundSkill[]).map((skill) => readStamped(skill, options))
  const text = read.map(({ entry }) => `${lineOf(entry)}\n`).join('')
  const lines = new Uint8Array(Buffer.byteLength(text))
  Buffer.from(lines.buffer).write(text)
  const answer: BatchAnswer = { lines, newestMs: read.map(({ newestMs }) => newestMs) }
  port.postMessage(answer, [lines.buffer])
})
