// Plain JavaScript for Node 20: the launcher of the npm scripts uses it too.

/**
 * The candidate that somebody probably meant by a word: at most two letters added, left out, replaced or swapped.
 * Undefined when none is so near.
 * @param {string} word
 * @param {Iterable<string>} candidates
 * @returns {string | undefined}
 */
export function nearest(word, candidates) {
  let best;
  let fewest = 3;
  for (const candidate of candidates) {
    const steps = Math.abs(candidate.length - word.length) < fewest ? distance(word, candidate) : fewest;
    if (steps < fewest) [best, fewest] = [candidate, steps];
  }
  return best;
}

/**
 * The distance of Damerau and Levenshtein, in its restricted form.
 * @param {string} from
 * @param {string} to
 */
function distance(from, to) {
  let [before, row] = [[0], Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const steps = [next[j - 1] + 1, row[j] + 1, row[j - 1] + (same ? 0 : 1)];
      next.push(Math.min(...steps, ...(swapped ? [before[j - 2] + 1] : [])));
    }
    [before, row] = [row, next];
  }
  return row[to.length];
}
