import { colorBySize, sizeCanvas } from "./curveLayer.js";
import { createSmoother, type DrawnRun, type Plane, xOf, yOf } from "./curvePlane.js";
import type { paletteColors } from "./paletteColors.js";

/** What lies above all curves. */
export interface Highlight {
  readonly runs: readonly DrawnRun[];
  /** The run that is pointed at, or whose panel is open. */
  readonly id: string | undefined;
  readonly frontier: readonly { readonly flops: number; readonly loss: number }[];
}

/** The frontier; and one curve: its raw losses faintly, its course with a halo, its end as a point. */
export function drawHighlight(
  canvas: HTMLCanvasElement,
  { runs, id, frontier }: Highlight,
  plane: Plane,
  { ramp, ink, background }: ReturnType<typeof paletteColors>,
): void {
  const density = sizeCanvas(canvas, plane);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, plane.width, plane.height);
  context.lineJoin = "round";
  const draw = (path: Path2D, color: string, width: number, alpha: number): void => {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.globalAlpha = alpha;
    context.stroke(path);
  };
  const edge = new Path2D();
  for (const { flops, loss } of frontier) edge.lineTo(xOf(plane, flops), yOf(plane, loss));
  draw(edge, background, 5, 1);
  draw(edge, ink, 2.5, 1);
  const one = runs.find(({ run }) => run.id === id);
  if (one === undefined || one.curve.length < 2) return;
  const { run, curve } = one;
  const smoother = createSmoother();
  const [raw, smooth] = [new Path2D(), new Path2D()];
  let end = [0, 0];
  for (let i = 0; i < curve.length; i += 2) {
    const [step = 1, loss = 1] = [curve[i], curve[i + 1]];
    const x = xOf(plane, step * run.stepFlops);
    end = [x, yOf(plane, smoother.add(step, loss))];
    raw.lineTo(x, yOf(plane, loss));
    smooth.lineTo(x, end[1] ?? 0);
  }
  const color = colorBySize(runs, ramp)(run.parameters);
  draw(raw, color, 1, 0.5);
  draw(smooth, background, 6, 1);
  draw(smooth, ink, 4, 1);
  draw(smooth, color, 2, 1);
  context.beginPath();
  context.arc(end[0] ?? 0, end[1] ?? 0, 4.5, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  context.stroke();
}
