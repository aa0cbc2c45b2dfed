import { mapping } from "../answer.js";
import { askServer, type ServerAccess } from "../http.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Asks a tracking server by MLflow's REST API 2.0: GET, or POST with a body. */
export type Ask = (base: string, path: string, body?: unknown) => Promise<unknown>;

/** Keys: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. Errors: those of askServer. */
export function mlflowAsk(access: ServerAccess): Ask {
  const environment = access.environment ?? process.env;
  return (base, path, body) =>
    askServer(
      {
        url: `${base}/api/2.0/mlflow/${path}`,
        headers: keyFor(base, environment),
        keyHint: "Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.",
        ...(body === undefined ? {} : { body }),
      },
      access,
    );
}

/** The key, for the server that it is of and no other, where MLFLOW_TRACKING_URI says which. */
function keyFor(base: string, environment: Environment): Record<string, string> {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: name, MLFLOW_TRACKING_PASSWORD: word } = environment;
  const home = environment.MLFLOW_TRACKING_URI ?? "";
  if (/^https?:/.test(home) && URL.canParse(home) && new URL(home).origin !== new URL(base).origin) return {};
  if (name !== undefined && name !== "" && word !== undefined) {
    return { authorization: `Basic ${Buffer.from(`${name}:${word}`).toString("base64")}` };
  }
  return token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` };
}

/** The pages of a list, each of which names the next. */
export async function* pages(
  ask: (token: { readonly page_token?: string }) => Promise<unknown>,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let token: { readonly page_token?: string } = {};
  for (;;) {
    const page = mapping(await ask(token));
    yield page;
    const next = page.next_page_token;
    if (typeof next !== "string" || next === "" || next === token.page_token) return;
    token = { page_token: next };
  }
}
