export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A logarithmic frame: both axes' domains. */
export interface LogFrame {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

function inside(point: Point, frame: LogFrame): boolean {
  return point.x >= frame.x[0] && point.x <= frame.x[1] && point.y >= frame.y[0] && point.y <= frame.y[1];
}

/** The point of the segment where it leaves the frame, straight on log-log paper; `from` is inside, `to` outside. */
function crossing(from: Point, to: Point, frame: LogFrame): Point {
  const share = (start: number, end: number, [low, high]: readonly [number, number]): number => {
    const bound = end > high ? high : end < low ? low : end;
    return end === start ? 1 : Math.log(bound / start) / Math.log(end / start);
  };
  const t = Math.min(share(from.x, to.x, frame.x), share(from.y, to.y, frame.y));
  return { x: from.x * (to.x / from.x) ** t, y: from.y * (to.y / from.y) ** t };
}

/**
 * The part of a line inside the frame, ended exactly on its border. SVG clip paths would need ids that are unique on the
 * page; cutting the data needs none. The line must not leave and enter again (contours and laws do not).
 */
export function clipLine(line: readonly Point[], frame: LogFrame): Point[] {
  const kept: Point[] = [];
  line.forEach((point, index) => {
    const before = line[index - 1];
    const here = inside(point, frame);
    if (before && here !== inside(before, frame)) {
      kept.push(here ? crossing(point, before, frame) : crossing(before, point, frame));
    }
    if (here) kept.push(point);
  });
  return kept;
}
