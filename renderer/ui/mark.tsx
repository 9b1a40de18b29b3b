// The mark: a check drawn twice, one signature over another.

export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d="M2 5.5 5 8.5 12 1.5M3 10.5 6.5 14 14 6.5" />
    </svg>
  )
}
