import type { SeedNoise } from "@isoflop/laws";
import { InvalidArgumentError } from "commander";

/** Reads "3:0.002,7:0.05": the noise from seed to seed at given losses, both in nats per token. */
export function parseSeedNoise(text: string): SeedNoise {
  const points = text.split(",").map((part) => {
    const [loss = "", sd = "", ...rest] = part.split(":").map((piece) => piece.trim());
    const point = { loss: Number(loss), sd: Number(sd) };
    if (
      loss === "" ||
      sd === "" ||
      rest.length > 0 ||
      !(point.loss > 0 && point.sd >= 0 && Number.isFinite(point.sd))
    ) {
      throw new InvalidArgumentError(
        `Write loss:sd pairs, such as 3:0.002,7:0.05 (cannot read ${JSON.stringify(part)}).`,
      );
    }
    return point;
  });
  return points.sort((p, q) => p.loss - q.loss);
}
