// A plugin of TypeDoc: unions of literals are listed in the order of the alphabet. The compiler's own order follows whatever
// it happened to meet first, and changes with unrelated imports.
import { Converter, makeRecursiveVisitor } from "typedoc";

const text = (type) => (type.type === "literal" ? String(type.value) : undefined);

function sortLiterals(union) {
  if (!union.types.every((type) => text(type) !== undefined)) return;
  union.types.sort((one, other) => (text(one) < text(other) ? -1 : 1));
}

export function load(app) {
  const visitor = makeRecursiveVisitor({ union: sortLiterals });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const reflection of Object.values(project.reflections)) {
      reflection.type?.visit(visitor);
      for (const type of reflection.extendedTypes ?? []) type.visit(visitor);
    }
  });
}
