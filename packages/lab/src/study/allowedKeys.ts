import { z } from "zod";

/** The schemas behind defaults, options, transformations and unions. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  return [schema];
}

/** The keys that the objects at a path of a schema may have. */
export function allowedKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const objects = unwrap(schema).filter((candidate) => candidate instanceof z.ZodObject);
  const [first, ...rest] = path;
  if (first === undefined) return [...new Set(objects.flatMap((object) => Object.keys(object.shape)))];
  return objects.flatMap((object) => {
    const next: z.core.$ZodType | undefined = object.shape[String(first)];
    return next === undefined ? [] : allowedKeys(next, rest);
  });
}
