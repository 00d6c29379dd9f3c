import { bytewise } from '../../core/bytewise.ts'
import { RANKS, type DumpObject, type Part } from './dump-object.ts'

/** The objects that each catalog row needs, by key. */
export type Dependencies = ReadonlyMap<string, readonly string[]>

/** An object in its place, with the statement that creates it. */
export interface PlacedObject extends DumpObject {
  statement: string
}

export interface Order {
  objects: PlacedObject[]
  /** Objects that need each other; their order is not known to work. */
  cycles: string[][]
}

/**
 * Sorts objects by kind and name, each after what it needs. Where objects need each other, defaults and checks of tables are created
 * apart, then a view begins as a view of the same columns, as in pg_dump, or a function with another body. OIDs have no influence.
 */
export function orderObjects(given: readonly DumpObject[], dependencies: Dependencies): Order {
  const apart = new Set<Part>()
  const stubs = new Set(given.filter((object) => callsItself(object, dependencies)).map(({ id }) => id))
  for (;;) {
    const graph = graphOf(given, dependencies, apart, stubs)
    const cycles = cyclesOf(graph)
    const isBroken = cycles.map((cycle) => breakCycle(cycle, graph, dependencies, apart, stubs))
    if (isBroken.includes(true)) continue
    return { objects: sorted(graph).map((object) => placed(object, apart)), cycles: cycles.map((cycle) => cycle.map(({ id }) => id)) }
  }
}

/** A body that PostgreSQL has parsed, and in which the function calls itself. */
function callsItself({ rank, stub, keys }: DumpObject, dependencies: Dependencies): boolean {
  return rank === 'routine' && stub !== undefined && keys.some((key) => dependencies.get(key)?.includes(key))
}

interface Graph {
  nodes: readonly DumpObject[]
  needs: ReadonlyMap<DumpObject, readonly DumpObject[]>
  byKey: ReadonlyMap<string, DumpObject>
}

function graphOf(given: readonly DumpObject[], dependencies: Dependencies, apart: ReadonlySet<Part>, stubs: ReadonlySet<string>): Graph {
  const nodes = given
    .flatMap((object) => [
      ...(stubs.has(object.id) ? inTwo(object) : [object]),
      ...(object.parts ?? []).filter((part) => apart.has(part)).map((part) => part.object()),
    ])
    .toSorted((a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank) || bytewise(a.id, b.id))
  const byKey = new Map(nodes.flatMap((node) => ownKeys(node, apart).map((key) => [key, node])))
  const position = new Map(nodes.map((node, i) => [node, i]))
  const needs = new Map(
    nodes.map((node) => {
      const keys = [...(node.needs ?? []), ...needsOfKeys(node, dependencies, apart)]
      const found = new Set(keys.flatMap((key) => byKey.get(key) ?? []))
      found.delete(node)
      return [node, [...found].toSorted((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0))]
    }),
  )
  return { nodes, needs, byKey }
}

/** Others need the stub; the object itself needs what its query or body reads. */
function inTwo(object: DumpObject): DumpObject[] {
  const stub = object.stub?.() ?? ''
  return [
    { ...object, id: `${object.id} (stub)`, isStub: true, create: () => stub, after: [], needs: [], targets: new Map() },
    {
      ...object,
      keys: object.keys.map((key) => `${key}${BODY}`),
      needs: [...(object.needs ?? []), ...object.keys],
      create: (apart) => object.create(apart).replace(/^CREATE /, 'CREATE OR REPLACE '),
    },
  ]
}

/** The end of the keys of an object whose stub has the keys. */
const BODY = ' (body)'

function ownKeys({ keys, parts = [] }: DumpObject, apart: ReadonlySet<Part>): string[] {
  return [...keys, ...parts.filter((part) => !apart.has(part)).flatMap((part) => part.keys)]
}

function needsOfKeys(node: DumpObject, dependencies: Dependencies, apart: ReadonlySet<Part>): string[] {
  const needed = ownKeys(node, apart).flatMap((key) => dependencies.get(key.endsWith(BODY) ? key.slice(0, -BODY.length) : key) ?? [])
  // a stub has the types of the object, and nothing of its query or body
  return node.isStub === true ? needed.filter((key) => key.startsWith('pg_type:') && !node.keys.includes(key)) : needed
}

/** Takes the parts of tables apart that close the cycle; if there are none, one view or function. Returns whether something changed. */
function breakCycle(
  cycle: readonly DumpObject[],
  { byKey }: Graph,
  dependencies: Dependencies,
  apart: Set<Part>,
  stubs: Set<string>,
): boolean {
  const inCycle = new Set(cycle)
  const closing = cycle.flatMap((object) =>
    (object.parts ?? []).filter(
      (part) =>
        !apart.has(part) &&
        part.object().id !== '' &&
        part.keys.some((key) =>
          (dependencies.get(key) ?? []).some((needed) => {
            const other = byKey.get(needed)
            return other !== undefined && other !== object && inCycle.has(other)
          }),
        ),
    ),
  )
  for (const part of closing) apart.add(part)
  if (closing.length > 0) return true
  const candidates = cycle.filter(({ id, stub }) => stub !== undefined && !stubs.has(id))
  const chosen = candidates.find(({ rank }) => rank === 'view') ?? candidates[0]
  if (chosen === undefined) return false
  stubs.add(chosen.id)
  return true
}

/** Depth first: what an object needs comes directly before it. */
function sorted({ nodes, needs }: Graph): DumpObject[] {
  const result: DumpObject[] = []
  const visited = new Set<DumpObject>()
  const visit = (node: DumpObject): void => {
    if (visited.has(node)) return
    visited.add(node)
    for (const needed of needs.get(node) ?? []) visit(needed)
    result.push(node)
  }
  for (const node of nodes) visit(node)
  return result
}

/** The sets of objects that need each other (Tarjan's algorithm), each in the order of the objects. */
function cyclesOf({ nodes, needs }: Graph): DumpObject[][] {
  const index = new Map<DumpObject, number>()
  const low = new Map<DumpObject, number>()
  const stack: DumpObject[] = []
  const onStack = new Set<DumpObject>()
  const cycles: DumpObject[][] = []
  const visit = (node: DumpObject): number => {
    const own = index.size
    index.set(node, own)
    low.set(node, own)
    stack.push(node)
    onStack.add(node)
    for (const needed of needs.get(node) ?? []) {
      const seen = index.get(needed)
      const reached = seen === undefined ? visit(needed) : onStack.has(needed) ? seen : own
      low.set(node, Math.min(low.get(node) ?? own, reached))
    }
    if (low.get(node) === own) {
      const members = stack.splice(stack.indexOf(node))
      for (const member of members) onStack.delete(member)
      if (members.length > 1) cycles.push(members.toSorted((a, b) => bytewise(a.id, b.id)))
    }
    return low.get(node) ?? own
  }
  for (const node of nodes) if (!index.has(node)) visit(node)
  return cycles
}

function placed(object: DumpObject, apart: ReadonlySet<Part>): PlacedObject {
  const elsewhere = new Set((object.parts ?? []).filter((part) => apart.has(part)).flatMap(({ keys }) => keys))
  const targets = new Map([...object.targets].filter(([key]) => !elsewhere.has(key)))
  return { ...object, targets, statement: object.create(apart) }
}
