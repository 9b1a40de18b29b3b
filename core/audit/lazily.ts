// What is made when it is first needed: a proxy that starts is not to wait for expressions that most sessions never use.

export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
