type Family = { head: string[]; samples: string[] };

/**
 * Expositions of several registries as one: a family (its HELP and TYPE lines) must appear once, with all its samples
 * together. Used where services share a process.
 */
export function joinMetrics(expositions: readonly string[]): string {
  const families = new Map<string, Family>();
  for (const text of expositions) {
    let family: Family = { head: [], samples: [] };
    for (const line of text.split('\n')) {
      const [, kind, name] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (name !== undefined) {
        family = families.get(name) ?? { head: [], samples: [] };
        families.set(name, family);
        if (!family.head.some((known) => known.startsWith(`# ${kind} `))) family.head.push(line);
      } else if (line !== '' && !line.startsWith('#')) family.samples.push(line);
    }
  }
  return [...families.values()].map(({ head, samples }) => [...head, ...samples].join('\n')).join('\n') + '\n';
}
