/** What the guide has the operator type, for the service of its example. */
export type GuideCommands = Readonly<{ backUp: string; putInPlace: string }>;

const BLOCK = /^ *```sh\n(.*?)^ *```/gms;

/** Reads the commands from the guide itself, so that what is rehearsed is what it says. */
export function guideCommands(guide: string): GuideCommands {
  const blocks = [...guide.matchAll(BLOCK)].map(([, commands = '']) => commands.replace(/^ +/gm, '').trim());
  const having = (program: string): string => {
    const found = blocks.find((commands) => new RegExp(`^${program}\\b`, 'm').test(commands));
    if (found === undefined) throw new Error(`The guide has no commands with ${program}.`);
    return found;
  };
  return { backUp: having('pg_dump'), putInPlace: having('pg_restore') };
}
