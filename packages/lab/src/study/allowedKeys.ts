import { z } from "zod";

/** The schemas behind defaults, options, transformations and unions; of a union by kinds, the one of the value's kind. */
function unwrap(schema: z.core.$ZodType, value: unknown): z.core.$ZodType[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap(), value);
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in, value);
  if (schema instanceof z.ZodDiscriminatedUnion)
    return chosen(schema, value).flatMap((option) => unwrap(option, value));
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unwrap(option, value));
  return [schema];
}

function chosen({ def, options }: z.ZodDiscriminatedUnion, value: unknown): readonly z.core.$ZodType[] {
  const kind = property(value, def.discriminator);
  const own = options.filter((option) =>
    unwrap(option, value).some(
      (object) =>
        object instanceof z.ZodObject &&
        object.shape[def.discriminator]?._zod.values?.has(kind as z.core.util.Primitive),
    ),
  );
  return own.length > 0 ? own : options;
}

function property(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

/** The keys that the objects at a path of a schema may have, where the file has this value. */
export function allowedKeys(schema: z.core.$ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  const objects = unwrap(schema, value).filter((candidate) => candidate instanceof z.ZodObject);
  const [first, ...rest] = path;
  if (first === undefined) return [...new Set(objects.flatMap((object) => Object.keys(object.shape)))];
  const inner = property(value, first);
  if (typeof first === "number") {
    const arrays = unwrap(schema, value).filter((candidate) => candidate instanceof z.ZodArray);
    return arrays.flatMap((array) => allowedKeys(array.element as z.core.$ZodType, rest, inner));
  }
  return objects.flatMap((object) => {
    const next: z.core.$ZodType | undefined = object.shape[String(first)];
    return next === undefined ? [] : allowedKeys(next, rest, inner);
  });
}
