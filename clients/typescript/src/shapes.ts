/** A small checker of JSON: what a value must look like, and what is put where it is silent. Pure. */

/** Gives the value in its full form. Throws ShapeFault with the place where it differs. */
export type Shape = (value: unknown, where: string) => unknown;
type Known = Record<string, unknown>;

export class ShapeFault extends Error {}

export const text: Shape = (value, where) => {
  if (typeof value !== "string") throw new ShapeFault(`${where}: expected a string`);
  return value;
};

export const number: Shape = (value, where) => {
  if (typeof value !== "number") throw new ShapeFault(`${where}: expected a number`);
  return value;
};

export const flag: Shape = (value, where) => {
  if (typeof value !== "boolean") throw new ShapeFault(`${where}: expected true or false`);
  return value;
};

export const time: Shape = (value, where) => {
  if (Number.isNaN(Date.parse(text(value, where) as string))) throw new ShapeFault(`${where}: expected a time`);
  return value;
};

export const orNull =
  (inner: Shape): Shape =>
  (value, where) =>
    value === null ? null : inner(value, where);

export const list =
  (inner: Shape): Shape =>
  (value, where) => {
    if (!Array.isArray(value)) throw new ShapeFault(`${where}: expected a list`);
    return value.map((one, index) => inner(one, `${where}[${index}]`));
  };

export const either =
  (first: Shape, second: Shape): Shape =>
  (value, where) =>
    typeof value === "string" ? first(value, where) : second(value, where);

/** A field that may be absent, and what stands there then; `undefined`: it stays absent. */
export class Optional {
  constructor(
    readonly shape: Shape,
    readonly otherwise: unknown,
  ) {}
}

export const optional = (shape: Shape, otherwise?: unknown): Optional => new Optional(shape, otherwise);

/** An object with these fields; what it has beside them is left out. */
export const fields = (wanted: Readonly<Record<string, Shape | Optional>>): Shape => {
  const entries = Object.entries(wanted);
  return (value, where) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new ShapeFault(`${where}: expected an object`);
    const found: Known = {};
    for (const [name, rule] of entries) {
      const given = (value as Known)[name];
      const place = `${where}.${name}`;
      if (given !== undefined) found[name] = (rule instanceof Optional ? rule.shape : rule)(given, place);
      else if (!(rule instanceof Optional)) throw new ShapeFault(`${place}: missing`);
      else if (rule.otherwise !== undefined) found[name] = rule.otherwise;
    }
    return found;
  };
};
