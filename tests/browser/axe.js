// What axe finds wrong with a page as it stands.
import AxeBuilder from "@axe-core/playwright";

/**
 * A line for each violation: the rule, the element, and what to do about it. A theme changes colors and nothing else, so in dark
 * colors only the rule about contrast is asked again; with light ones all are.
 */
export async function violations(page, colorScheme) {
  const axe = new AxeBuilder({ page });
  const { violations } = await (colorScheme === "light" ? axe : axe.withRules("color-contrast")).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}
