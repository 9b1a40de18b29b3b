// What most of some durations were like.

/**
 * The value below which `share` (0 to 1) of the values lie, or nothing where there are none; for 0.5 the median. Puts the values
 * into another order. Not by sorting: of a million that takes ten times as long.
 */
export function middle(values: Float32Array | Float64Array, share: number): number | undefined {
  if (values.length === 0) return undefined
  const at = (values.length - 1) * share
  const low = nth(values, Math.floor(at))
  // All after it are not below it now.
  const high = at === Math.floor(at) ? low : least(values, Math.floor(at) + 1)
  return low + (high - low) * (at - Math.floor(at))
}

/** The value that would stand at `index` if they were sorted: those before it are then not above it, those after not below. */
function nth(values: Float32Array | Float64Array, index: number): number {
  let [start, end] = [0, values.length - 1]
  while (start < end) {
    const pivot = values[(start + end) >>> 1] ?? 0
    let [left, right] = [start, end]
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1
      while ((values[right] ?? 0) > pivot) right -= 1
      if (left > right) break
      const kept = values[left] ?? 0
      values[left] = values[right] ?? 0
      values[right] = kept
      left += 1
      right -= 1
    }
    if (index <= right) end = right
    else if (index >= left) start = left
    else break
  }
  return values[index] ?? 0
}

function least(values: Float32Array | Float64Array, from: number): number {
  let found = Number.POSITIVE_INFINITY
  for (let at = from; at < values.length; at += 1) found = Math.min(found, values[at] ?? found)
  return found
}
