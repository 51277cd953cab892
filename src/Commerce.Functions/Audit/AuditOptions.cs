namespace Commerce.Functions.Audit;

/// <summary>Settings <c>Audit:...</c>.</summary>
public sealed record AuditOptions
{
    public const string Section = "Audit";

    /// <summary>
    /// Request units a second that an audit at work may use, 10 to 1,000,000: it waits so that buyers do not have to. At the default a run
    /// of three minutes every quarter of an hour uses 200 a second on average.
    /// </summary>
    public int RequestUnitsPerSecond { get; init; } = 1_000;

    /// <summary>What is wrong, naming the setting; null when nothing is.</summary>
    public string? Problem() => RequestUnitsPerSecond is < 10 or > 1_000_000
        ? $"{Section}:{nameof(RequestUnitsPerSecond)} must be 10 to 1,000,000."
        : null;
}
