namespace Commerce.Load.Measuring;

/// <summary>How a request ended.</summary>
internal enum Outcome
{
    /// <summary>2xx, and what was asked for is done.</summary>
    Ok,

    /// <summary>202: accepted, but not done within the shop's wait. Not counted as throughput.</summary>
    Pending,

    /// <summary>4xx: the shop said no for a reason it names.</summary>
    Refused,

    /// <summary>5xx, 429, no connection, no answer in time, or never sent.</summary>
    Failed,
}
