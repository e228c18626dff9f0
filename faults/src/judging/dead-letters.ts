import { SERVICES, type TesseraClient } from '@tessera/demo';

/** A dead letter by where it lies and what it came from. */
export type Letter = Readonly<{ service: string; topic: string; key: string | null }>;

type Page = Readonly<{ items: readonly Omit<Letter, 'service'>[]; nextCursor: string | null }>;

/** All that services have put aside, whatever became of it. */
export async function readLetters(clientFor: (path: string) => TesseraClient): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (const service of SERVICES) {
    const path = `/${service}/v1/admin/dead-letters`;
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await clientFor(path).get(`${path}?limit=200${cursor && `&cursor=${cursor}`}`);
      letters.push(...page.items.map(({ topic, key }) => ({ service, topic, key })));
      cursor = page.nextCursor;
    }
  }
  return letters;
}

/** Letters that are there and should not be, and such that should be and are not: one line each. */
export function lettersOff(found: readonly Letter[], due: readonly Letter[]): string[] {
  const left = new Map<string, number>();
  for (const letter of due) left.set(nameOf(letter), (left.get(nameOf(letter)) ?? 0) + 1);
  for (const letter of found) left.set(nameOf(letter), (left.get(nameOf(letter)) ?? 0) - 1);
  return [...left].flatMap(([name, count]) => {
    if (count === 0) return [];
    return [`dead letters of ${name}: ${Math.abs(count)} ${count > 0 ? 'missing' : 'too many'}`];
  });
}

const nameOf = ({ service, topic, key }: Letter): string => `${topic} ${key ?? '(no key)'} at ${service}`;
