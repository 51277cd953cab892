using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LocalPlatform.Cosmos;

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

    public string? SessionToken { get; init; }

    /// <summary>LSN of the container after the operation.</summary>
    public long? Lsn { get; init; }

    public string? AltContentPath { get; init; }

    /// <summary>Resource id of the container; clients keep its session token under it.</summary>
    public string? ContentPath { get; init; }

    public string? QueryMetrics { get; init; }

    public bool AnswersDirectExecution { get; init; }

    public bool IsSuccess => Status < 300;

    public static GatewayResponse Error(int status, string message, int subStatus = 0, string? sessionToken = null) => new()
    {
        Status = status,
        SessionToken = sessionToken,
        SubStatus = subStatus,
        RequestCharge = RequestCharges.Refusal,
        Body = ErrorBody(status, message),
    };

    public static GatewayResponse BadRequest(string message, int subStatus = 0) => Error(400, message, subStatus);

    public static GatewayResponse NotFound() => Error(404, "Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found");

    public static GatewayResponse Conflict() => Error(409, "Resource with specified id or name already exists.");

    public static GatewayResponse PreconditionFailed() => Error(
        412,
        "One of the specified pre-condition is not met. Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed");

    public static GatewayResponse NotModified(string? etag = null) => new()
    {
        Status = 304,
        ETag = etag,
        RequestCharge = RequestCharges.Refusal,
    };

    /// <summary>Hands every header to <paramref name="add"/>, content type and length apart; the request's activity id is echoed.</summary>
    public void WriteHeaders<TTarget>(GatewayRequest? request, TTarget target, Action<TTarget, string, string> add)
    {
        // Clients parse it as one GUID, and some send two.
        if (request?.Headers.Find(HeaderNames.ActivityId) is { } activity && Guid.TryParse(activity, out _))
            add(target, HeaderNames.ActivityId, activity);
        add(target, HeaderNames.RequestCharge, RequestCharge.ToString("0.##", CultureInfo.InvariantCulture));
        AddIf(target, add, HeaderNames.ETag, ETag);
        AddIf(target, add, HeaderNames.Continuation, Continuation);
        AddIf(target, add, HeaderNames.SessionToken, SessionToken);
        AddIf(target, add, HeaderNames.AltContentPath, AltContentPath);
        AddIf(target, add, HeaderNames.ContentPath, ContentPath);
        AddIf(target, add, HeaderNames.QueryMetrics, QueryMetrics);
        if (SubStatus != 0)
            add(target, HeaderNames.SubStatus, SubStatus.ToString(CultureInfo.InvariantCulture));
        if (ItemCount is { } count)
            add(target, HeaderNames.ItemCount, count.ToString(CultureInfo.InvariantCulture));
        if (Lsn is { } lsn)
            add(target, HeaderNames.Lsn, lsn.ToString(CultureInfo.InvariantCulture));
        if (AnswersDirectExecution)
            add(target, HeaderNames.RequiresDistribution, "False");
    }

    private static void AddIf<TTarget>(TTarget target, Action<TTarget, string, string> add, string name, string? value)
    {
        if (value is not null)
            add(target, name, value);
    }

    // The service wraps its texts this way; SDKs show the whole of it as the exception's message.
    private static byte[] ErrorBody(int status, string message)
    {
        var errors = $"{{\"Errors\":[\"{JsonEncodedText.Encode(message, JsonText.RelaxedEncoder)}\"]}}";
        return Encoding.UTF8.GetBytes(
            $"{{\"code\":\"{Code(status)}\",\"message\":\"Message: {JsonEncodedText.Encode(errors, JsonText.RelaxedEncoder)}\"}}");
    }

    private static string Code(int status) => status switch
    {
        400 => "BadRequest",
        401 => "Unauthorized",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        412 => "PreconditionFailed",
        413 => "RequestEntityTooLarge",
        _ => "Error",
    };
}
