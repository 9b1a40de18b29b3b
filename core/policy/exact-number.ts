// Whether a number is what its text says. Rounded silently, a bound or an account number would be another one.

/**
 * True if no digit of `source` (a YAML 1.2 number) was lost in `value`. A leading zero counts as a digit: `007` is more
 * likely a code than seven.
 */
export function keptExactly(source: string, value: number): boolean {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return false
  // Octal and hexadecimal are whole numbers, which the check above has covered.
  if (/^0[ox]/.test(source)) return true
  if (/^[-+]?0\d/.test(source)) return false
  return digitsOf(source) === digitsOf(String(value))
}

/** One form for each decimal number: its digits without zeros at the ends, and where the point stands. */
function digitsOf(text: string): string {
  const [, whole = '', fraction = '', power = '0'] = /^[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const short = digits.replace(/0+$/, '')
  if (short === '') return '0'
  return `${short}e${Number(power) - fraction.length + digits.length - short.length}`
}
