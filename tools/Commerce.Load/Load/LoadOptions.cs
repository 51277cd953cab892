namespace Commerce.Load.Load;

/// <summary>How hard and how long. <paramref name="Rate"/> null: closed loop (each client sends when it has its answer).</summary>
/// <param name="Clients">Closed loop: clients at once. Open loop: the most requests in flight.</param>
/// <param name="Rate">Open loop: requests a second, sent on a fixed schedule whether or not earlier ones were answered.</param>
/// <param name="Count">Ends after this many requests, if before <paramref name="Duration"/>.</param>
internal sealed record LoadOptions(int Clients, double? Rate, TimeSpan WarmUp, TimeSpan Duration, long? Count, TimeSpan Timeout, int Seed);
