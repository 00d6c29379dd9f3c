import type { SkillMetrics } from '../../../stats/report.ts'

/** The upper bounds of the histogram: 2^3 to 2^17 ms, 8 ms to 131 s. */
const OCTAVES = Array.from({ length: 15 }, (_, i) => i + 3)

/**
 * The metrics in the text format of OpenMetrics 1.0, for a scraper or the textfile collector of node_exporter. All samples of a
 * family follow each other, and the last line is `# EOF`, as the format demands.
 */
export function openMetrics(skills: readonly SkillMetrics[]): string {
  const families: Family[] = [
    {
      name: 'skills_uses',
      type: 'counter',
      help: 'Uses of a skill by version and outcome.',
      samples: ({ uses, success, softFail, hardRefusal }) => [
        ['_total', { outcome: 'success' }, success],
        ['_total', { outcome: 'soft_fail' }, softFail],
        ['_total', { outcome: 'hard_refusal' }, hardRefusal],
        ['_total', { outcome: 'other' }, uses - success - softFail - hardRefusal],
      ],
    },
    {
      name: 'skills_latency_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'Latency of the measured uses.',
      samples: (skill) => [
        ...OCTAVES.map((octave): Sample => ['_bucket', { le: String(2 ** octave / 1000) }, usesUpTo(skill, octave)]),
        ['_bucket', { le: '+Inf' }, skill.latencyCount],
        ['_sum', {}, skill.latencySumMs / 1000],
        ['_count', {}, skill.latencyCount],
      ],
    },
    {
      name: 'skills_tokens',
      type: 'counter',
      unit: 'tokens',
      help: 'Tokens of the uses that report them.',
      samples: ({ inputTokens, outputTokens }) => [
        ['_total', { direction: 'input' }, inputTokens],
        ['_total', { direction: 'output' }, outputTokens],
      ],
    },
    {
      name: 'skills_cost_usd',
      type: 'counter',
      unit: 'usd',
      help: 'Cost in US dollars of the uses that report one.',
      samples: ({ costUsd }) => [['_total', {}, costUsd]],
    },
  ]
  return [...families.flatMap((family) => linesOf(family, skills)), '# EOF'].join('\n')
}

type Sample = readonly [suffix: string, labels: Readonly<Record<string, string>>, value: number]

interface Family {
  name: string
  type: 'counter' | 'histogram'
  unit?: string
  help: string
  samples: (skill: SkillMetrics) => Sample[]
}

function linesOf({ name, type, unit, help, samples }: Family, skills: readonly SkillMetrics[]): string[] {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...skills.flatMap((skill) =>
      samples(skill).map(([suffix, labels, value]) => {
        const all = Object.entries({ skill: skill.skillId, version: skill.version, ...labels })
        return `${name}${suffix}{${all.map(([label, text]) => `${label}="${escaped(text)}"`).join(',')}} ${value}`
      }),
    ),
  ]
}

function usesUpTo({ latencies }: SkillMetrics, most: number): number {
  return latencies.reduce((sum, { octave, uses }) => (octave <= most ? sum + uses : sum), 0)
}

/** As ABNF of the format: backslash, quotation mark and line feed are escaped. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
