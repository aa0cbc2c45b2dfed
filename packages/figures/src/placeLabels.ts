import { textWidth } from "./legend.js";

export interface LabelRequest {
  readonly text: string;
  /** The point that is labelled, px. */
  readonly x: number;
  readonly y: number;
}

/** Offset of the label's anchor from its point, px, and which end of the text stands there. */
export interface LabelPlace {
  readonly dx: number;
  readonly dy: number;
  readonly anchor: "start" | "middle" | "end";
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const candidates: readonly LabelPlace[] = [
  { dx: 9, dy: 0, anchor: "start" },
  { dx: -9, dy: 0, anchor: "end" },
  { dx: 0, dy: -13, anchor: "middle" },
  { dx: 0, dy: 14, anchor: "middle" },
  { dx: 7, dy: -11, anchor: "start" },
  { dx: 7, dy: 12, anchor: "start" },
  { dx: -7, dy: -11, anchor: "end" },
  { dx: -7, dy: 12, anchor: "end" },
];

function boxOf(label: LabelRequest, place: LabelPlace, fontSize: number): Box {
  const width = textWidth(label.text, fontSize);
  const start = label.x + place.dx - (place.anchor === "end" ? width : place.anchor === "middle" ? width / 2 : 0);
  const middle = label.y + place.dy;
  return { left: start, right: start + width, top: middle - fontSize * 0.6, bottom: middle + fontSize * 0.6 };
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/**
 * Places labels beside their points, one after another, each where it covers least of the other points, of the labels
 * already placed and of what lies outside the frame; among equals, to the right first.
 */
export function placeLabels(labels: readonly LabelRequest[], frame: Box, fontSize: number): LabelPlace[] {
  const points = labels.map((label) => ({
    left: label.x - 5,
    right: label.x + 5,
    top: label.y - 5,
    bottom: label.y + 5,
  }));
  const placed: Box[] = [];
  return labels.map((label) => {
    let best = candidates[0] as LabelPlace;
    let least = Number.POSITIVE_INFINITY;
    for (const place of candidates) {
      const box = boxOf(label, place, fontSize);
      const area = (box.right - box.left) * (box.bottom - box.top);
      const outside = area - overlap(box, frame);
      const covered = [...points, ...placed].reduce((sum, other) => sum + overlap(box, other), 0);
      const cost = covered + 2 * outside;
      if (cost < least - 1e-9) {
        best = place;
        least = cost;
      }
    }
    placed.push(boxOf(label, best, fontSize));
    return best;
  });
}
