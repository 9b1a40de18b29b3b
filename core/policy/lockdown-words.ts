// What the model and the person read while everything is locked down, the same in every proxy.

/** @param since milliseconds since the epoch; told in the time zone of whoever reads it. */
export function lockdownWords(since: number): string {
  const at = new Date(since)
  const two = (part: number) => String(part).padStart(2, '0')
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `Everything is locked down in Countersign since ${time} (${day}); nothing runs until a person lifts that there`
}
