using Commerce.Shared;

namespace Commerce.Functions.Http;

/// <summary>A problem as RFC 9457 describes it, with the numbers and fields that explain it.</summary>
internal sealed record ProblemDocument
{
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    public required string Detail { get; init; }

    /// <summary>Path of the request.</summary>
    public string? Instance { get; init; }

    public string? ProductId { get; init; }

    public long? Requested { get; init; }

    public long? Available { get; init; }

    public long? ExpectedTotalAmount { get; init; }

    public long? TotalAmount { get; init; }

    public string? OrderId { get; init; }

    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>Where to look in the logs; on errors of our own.</summary>
    public string? TraceId { get; init; }

    public static ProblemDocument Of(Failure failure, string? instance)
    {
        var kind = ProblemTable.Of(failure.Code);
        return new()
        {
            Type = kind.Type,
            Title = kind.Title,
            Status = kind.Status,
            Detail = failure.Detail,
            Instance = instance,
            ProductId = failure.ProductId,
            Requested = failure.Requested,
            Available = failure.Available,
            ExpectedTotalAmount = failure.ExpectedTotalAmount,
            TotalAmount = failure.TotalAmount,
            OrderId = failure.OrderId,
            Errors = failure.Errors,
        };
    }
}
