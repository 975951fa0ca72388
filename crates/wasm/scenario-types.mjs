// Writes docs/scenario.schema.json as a type for TypeScript: `node scenario-types.mjs SCHEMA >scenario.d.ts`.
//
// It knows what that schema uses. What a type cannot say (bounds, patterns, which fields go together) is left to the reader
// of documents, and what it does not know becomes `unknown`, which allows everything.
import { readFileSync } from "node:fs";

const schema = JSON.parse(readFileSync(process.argv[2], "utf8"));

const pascal = (name) => name.split("_").map((part) => part[0].toUpperCase() + part.slice(1)).join("");

// Global types that a reader would take these for.
const RENAMED = { Text: "ShortText", Node: "ScenarioNode", Link: "Cable", Run: "PlannedRun" };
const typeName = (ref) => {
  const name = pascal(ref.split("/").at(-1));
  return RENAMED[name] ?? name;
};

function comment({ description, default: preset }, indent) {
  const words = [description, preset === undefined ? undefined : `Default: ${JSON.stringify(preset)}.`].filter(Boolean);
  return words.length ? `${indent}/** ${words.join(" ")} */\n` : "";
}

const union = (schemas, indent) => [...new Set(schemas.map((each) => type(each, indent)))].join(" | ");

function type(schema, indent = "") {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (schema.$ref) return typeName(schema.$ref);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  // Alternatives that differ only in the required fields are one type.
  if (alternatives?.some((each) => each.$ref || each.type || "const" in each)) return union(alternatives, indent);
  if (schema.type === "string" || schema.type === "boolean" || schema.type === "null") return schema.type;
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "array") return array(schema, indent);
  if (schema.type === "object") return object(schema, indent);
  return "unknown";
}

function array({ items, minItems, maxItems }, indent) {
  const item = items ? type(items, indent) : "unknown";
  if (minItems !== undefined && minItems === maxItems && minItems <= 4) return `[${Array(minItems).fill(item).join(", ")}]`;
  return /[ |]/.test(item) ? `(${item})[]` : `${item}[]`;
}

function object({ properties = {}, required = [], additionalProperties }, indent) {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, field]) => {
    const optional = required.includes(name) || name === "id" || name === "kind" ? "" : "?";
    return `${comment(field, inner)}${inner}${/^\w+$/.test(name) ? name : JSON.stringify(name)}${optional}: ${type(field, inner)};\n`;
  });
  if (additionalProperties && typeof additionalProperties === "object") fields.push(`${inner}[name: string]: ${type(additionalProperties, inner)};\n`);
  return `{\n${fields.join("")}${indent}}`;
}

const declarations = [["Scenario", schema], ...Object.entries(schema.$defs).map(([name, each]) => [typeName(name), each])];
process.stdout.write("// Made from docs/scenario.schema.json.\n");
for (const [name, each] of declarations) process.stdout.write(`\n${comment(each, "")}export type ${name} = ${type(each)};\n`);
