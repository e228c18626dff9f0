import { eventId } from './event-ids.js';

describe('ids of events', () => {
  it('are all different, also over several draws, and are UUIDs of version 7', () => {
    const ids = Array.from({ length: 1_000 }, eventId);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
      true,
    );
  });
});
