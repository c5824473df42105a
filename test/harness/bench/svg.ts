import { parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';

const ink = '#1f2328';
const faint = '#d0d7de';

/** As small as text gets: the page that shows the plot may make it a little smaller. */
const fontSize = 13;
const titleSize = 16;

/** Readable on a light and on a dark page, since the plot brings its own background along. */
const config: Config = {
  aria: false,
  background: '#ffffff',
  padding: 16,
  font: 'Helvetica, Arial, sans-serif',
  title: { fontSize: titleSize, subtitleFontSize: fontSize, color: ink, subtitleColor: ink, anchor: 'start' },
  axis: {
    labelFontSize: fontSize,
    titleFontSize: fontSize,
    titleFontWeight: 'normal',
    labelColor: ink,
    titleColor: ink,
    gridColor: faint,
    domainColor: faint,
    tickColor: faint,
  },
  legend: { labelFontSize: fontSize, labelColor: ink, symbolSize: 120 },
  text: { fontSize, color: ink },
  view: { stroke: null },
  concat: { spacing: 24 },
};

/**
 * Draws a plot.
 * @param title above the plot, and what a screen reader says
 * @param subtitle lines that say how to read it
 */
export async function svgOf(title: string, subtitle: string[], spec: TopLevelSpec): Promise<string> {
  const titled = { ...spec, title: { text: title, subtitle, offset: 16 }, config };
  const view = new View(parse(compile(titled).spec), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    const label = escaped(title);
    return svg.replace(/^<svg ([^>]*)>/, `<svg $1 role="img" aria-label="${label}"><title>${label}</title>`);
  } finally {
    view.finalize();
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
