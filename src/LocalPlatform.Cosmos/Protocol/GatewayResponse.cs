using System.Globalization;

namespace LocalPlatform.Cosmos.Protocol;

/// <summary>Where an answer comes from, as clients keep session tokens by it.</summary>
/// <param name="SessionToken">What the client has seen of the range.</param>
/// <param name="Path">The container by names.</param>
/// <param name="Rid">The container by its resource id; null in the answer of something that is missing.</param>
internal readonly record struct AnswerOrigin(string SessionToken, string? Path = null, string? Rid = null);

/// <summary>An answer of the gateway. Headers that are null are not sent.</summary>
internal sealed class GatewayResponse
{
    public required int Status { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    public int SubStatus { get; init; }

    public string? ETag { get; init; }

    public string? Continuation { get; init; }

    public int? ItemCount { get; init; }

    /// <summary>Request units.</summary>
    public double RequestCharge { get; init; }

    public AnswerOrigin? Origin { get; init; }

    public string? QueryMetrics { get; init; }

    /// <summary>Whether a query that a client has sent without planning it is answered as it stands.</summary>
    public bool AnswersDirectExecution { get; init; }

    public static GatewayResponse Of(Refusal refusal, AnswerOrigin? origin = null) => new()
    {
        Status = refusal.Status,
        SubStatus = refusal.SubStatus,
        RequestCharge = RequestCharges.Refusal,
        Origin = origin,
        Body = refusal.ToJson(),
    };

    public static GatewayResponse NotModified(string etag, int? itemCount = null) => new()
    {
        Status = 304,
        ETag = etag,
        ItemCount = itemCount,
        RequestCharge = RequestCharges.Refusal,
    };

    /// <summary>Hands every header to <paramref name="add"/>, content type and length apart; the request's activity id is echoed.</summary>
    public void WriteHeaders<TTarget>(GatewayRequest? request, TTarget target, Action<TTarget, string, string> add)
    {
        void AddIf(string name, string? value)
        {
            if (value is not null)
                add(target, name, value);
        }

        // Clients parse it as one GUID, and some send two.
        if (request?.Find(HeaderNames.ActivityId) is { } activity && Guid.TryParse(activity, out _))
            add(target, HeaderNames.ActivityId, activity);
        add(target, HeaderNames.RequestCharge, RequestCharge.ToString("0.##", CultureInfo.InvariantCulture));
        AddIf(HeaderNames.ETag, ETag);
        AddIf(HeaderNames.Continuation, Continuation);
        AddIf(HeaderNames.SessionToken, Origin?.SessionToken);
        AddIf(HeaderNames.AltContentPath, Origin?.Path);
        AddIf(HeaderNames.ContentPath, Origin?.Rid);
        AddIf(HeaderNames.QueryMetrics, QueryMetrics);
        AddIf(HeaderNames.ItemCount, ItemCount?.ToString(CultureInfo.InvariantCulture));
        if (SubStatus != 0)
            add(target, HeaderNames.SubStatus, SubStatus.ToString(CultureInfo.InvariantCulture));
        if (AnswersDirectExecution)
            add(target, HeaderNames.RequiresDistribution, "False");
    }
}
