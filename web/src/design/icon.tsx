const paths = {
  plus: 'M8 3v10M3 8h10',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5 6.5 12 13 4.5',
  dash: 'M4 8h8',
  copy: 'M6 6h7v7H6zM3.5 10H3V3h7v.5',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10',
  back: 'M10 3 5 8l5 5',
  warning: 'M8 2.2 14.5 13.5h-13ZM8 6.5v3.2M8 11.6h.01',
  blocked: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4',
  key: 'M5.5 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM7.7 8 13.5 2.5M11 5l2 2M9 7l1.4 1.4',
  external: 'M6 3.5H3v9.5h9.5v-3M9 2.5h4.5V7M13.3 2.7 7.5 8.5',
} as const;

export type IconName = keyof typeof paths;

/** A small drawing beside a text that says the same. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
