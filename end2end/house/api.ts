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
