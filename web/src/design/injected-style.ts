/** Where react-aria would put a style element, which a strict Content-Security-Policy refuses. */
const styleId = 'react-aria-pressable-style';

/**
 * Keeps react-aria from adding a style element to the document: it adds none where something has that id. Its one
 * rule, for touch, is in the page's own style sheet.
 */
export function forgoInjectedStyle(document: Document): void {
  if (document.getElementById(styleId)) return;
  const placeholder = document.createElement('meta');
  placeholder.id = styleId;
  document.head.append(placeholder);
}
