const NEWEST_PREVIEW = "/personalizer/v1.1-preview.3";

/** A loop as its maker knows it. */
export interface NewLoop {
  id: string;
  name: string;
  keys: [string, string];
}

export interface Ranking {
  eventId: string;
  rewardActionId: string;
  ranking: { id: string; probability: number }[];
}

export interface FilledPage {
  eventId: string;
  slots: { id: string; rewardActionId: string }[];
}

/** The calls that programs make: the management API, and Rank and Reward of the Azure contract. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly adminToken: string,
  ) {}

  async createLoop(name: string, settings: object = {}): Promise<NewLoop> {
    return this.call("POST", "/api/v1/loops", this.asAdmin(), { name, settings });
  }

  async loops(): Promise<{ id: string; name: string }[]> {
    return (await this.call<{ loops: { id: string; name: string }[] }>("GET", "/api/v1/loops", this.asAdmin())).loops;
  }

  async events(loopId: string): Promise<{ eventId: string }[]> {
    return (await this.call<{ events: { eventId: string }[] }>("GET", `/api/v1/loops/${loopId}/events`, this.asAdmin())).events;
  }

  async stats(loopId: string): Promise<Record<string, number>> {
    return this.call("GET", `/api/v1/loops/${loopId}/stats`, this.asAdmin());
  }

  async rank(key: string, request: object): Promise<Ranking> {
    return this.call("POST", "/personalizer/v1.0/rank", subscription(key), request);
  }

  async reward(key: string, eventId: string, value: number): Promise<void> {
    await this.call("POST", `/personalizer/v1.0/events/${encodeURIComponent(eventId)}/reward`, subscription(key), { value });
  }

  async rankSlots(key: string, request: object): Promise<FilledPage> {
    return this.call("POST", `${NEWEST_PREVIEW}/multislot/rank`, subscription(key), request);
  }

  async rewardSlots(key: string, eventId: string, reward: { slotId: string; value: number }[]): Promise<void> {
    const path = `${NEWEST_PREVIEW}/multislot/events/${encodeURIComponent(eventId)}/reward`;
    await this.call("POST", path, subscription(key), { reward });
  }

  /** A Rank at any of the addresses that the pages name. */
  async rankAt(path: string, key: string, request: object): Promise<Ranking> {
    return this.call("POST", path, subscription(key), request);
  }

  private asAdmin(): Record<string, string> {
    return { authorization: `Bearer ${this.adminToken}` };
  }

  private async call<T>(method: string, path: string, headers: Record<string, string>, body?: object): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}

function subscription(key: string): Record<string, string> {
  return { "ocp-apim-subscription-key": key };
}
