const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Does it once before the process ends by Ctrl-C or a kill; a second signal does not wait. Answers how to take it back. */
export function onStopSignal(clearUp: () => Promise<void>): () => void {
  let stopping = false;
  const handlers = Object.entries(SIGNALS).map(([signal, code]) => {
    const handler = (): void => {
      if (stopping) process.exit(code);
      stopping = true;
      process.stderr.write('\nStopping ...\n');
      clearUp().then(
        () => process.exit(code),
        () => process.exit(code),
      );
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
}
