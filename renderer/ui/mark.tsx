// The mark: a check drawn twice, one signature over another.

export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d="M2.5 10.2 6.6 14.3 14 4.5" />
      <path d="M9.4 13.4 10.9 14.9 17.6 6" />
    </svg>
  )
}
