export interface HalvesOptions<T> {
  /** Writes some of the items, all or none. */
  write: (items: readonly T[]) => Promise<number>
  /** Whether an error is about the items: then they are split. Any other error is thrown. */
  isRefusal: (error: unknown) => boolean
}

export interface HalvesResult<T> {
  /** Sum of what `write` returned. */
  written: number
  /** The items that are refused also alone, in order, each with its error. */
  refused: { item: T; error: unknown }[]
}

/**
 * Writes a batch of which some items can be refused: a refused batch is split in two, in order, until the refused items
 * are alone. One bad item in n costs about 2 log2(n) extra writes. When `write` throws another error after a first half
 * was written, the caller repeats the whole batch: repeated items must do no harm.
 */
export async function writeByHalves<T>(items: readonly T[], options: HalvesOptions<T>): Promise<HalvesResult<T>> {
  try {
    return { written: await options.write(items), refused: [] }
  } catch (error) {
    const [item] = items
    if (item === undefined || !options.isRefusal(error)) throw error
    if (items.length === 1) return { written: 0, refused: [{ item, error }] }
  }
  const middle = Math.ceil(items.length / 2)
  const first = await writeByHalves(items.slice(0, middle), options)
  const second = await writeByHalves(items.slice(middle), options)
  return { written: first.written + second.written, refused: [...first.refused, ...second.refused] }
}
