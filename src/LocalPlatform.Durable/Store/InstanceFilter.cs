namespace LocalPlatform.Durable.Store;

/// <summary>Which instances a query or a purge is about. What is null does not restrict; bounds of times are inclusive.</summary>
internal sealed record InstanceFilter
{
    /// <summary>The condition over parameters @1 to @7, in the order of <see cref="Arguments"/>.</summary>
    public const string Condition =
        "(@1 IS NULL OR created_at >= @1) AND (@2 IS NULL OR created_at <= @2) AND (@3 = 0 OR (@3 >> status) & 1) "
        + "AND (@4 IS NULL OR (id >= @4 AND substr(id, 1, @5) = @4)) "
        + "AND (@6 IS NULL OR completed_at >= @6) AND (@7 IS NULL OR completed_at <= @7)";

    public DateTime? CreatedFrom { get; init; }

    public DateTime? CreatedTo { get; init; }

    public DateTime? CompletedFrom { get; init; }

    public DateTime? CompletedTo { get; init; }

    /// <summary>None: any status.</summary>
    public IEnumerable<P.OrchestrationStatus> Statuses { get; init; } = [];

    public string? IdPrefix { get; init; }

    public object?[] Arguments =>
    [
        CreatedFrom?.Ticks,
        CreatedTo?.Ticks,
        Statuses.Aggregate(0L, (mask, status) => mask | (1L << (int)status)),
        string.IsNullOrEmpty(IdPrefix) ? null : IdPrefix,
        (long)(IdPrefix?.Length ?? 0),
        CompletedFrom?.Ticks,
        CompletedTo?.Ticks,
    ];
}
