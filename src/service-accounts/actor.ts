/** Who did something: a person, or a service account that called this API. */
export interface Actor {
  readonly subject: string;
  readonly username: string;
}
