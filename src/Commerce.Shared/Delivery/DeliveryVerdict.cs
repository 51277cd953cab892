using System.Text.Json.Serialization;

namespace Commerce.Shared.Delivery;

/// <summary>What became of an attempt to deliver an event.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeliveryVerdict>))]
public enum DeliveryVerdict
{
    /// <summary>The platform has it.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>The platform will never take this event as it is.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>It may work later.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>The one table from HTTP statuses to verdicts.</summary>
public static class DeliveryVerdicts
{
    /// <summary>
    /// 2xx: delivered. A 4xx that speaks of the message: rejected. Everything else gets better by itself or by an operator: 408, 423,
    /// 425, 429 and 5xx with time; redirects (which are not followed), 401, 403, 404, 405, 407 and 421 when the address or the keys are
    /// put right, so they must not park a whole day's orders.
    /// </summary>
    public static DeliveryVerdict Of(int status) => status switch
    {
        >= 200 and <= 299 => DeliveryVerdict.Delivered,
        401 or 403 or 404 or 405 or 407 or 408 or 421 or 423 or 425 or 429 => DeliveryVerdict.Failed,
        >= 400 and <= 499 => DeliveryVerdict.Rejected,
        _ => DeliveryVerdict.Failed,
    };

    /// <summary>
    /// Whether a <c>Retry-After</c> speaks for all events: the platform is overloaded or away (RFC 6585, 4; RFC 9110, 15.6; Standard
    /// Webhooks).
    /// With any other status it speaks of the one event that was answered.
    /// </summary>
    public static bool SpeaksForAll(int? status) => status is 429 or 502 or 503 or 504;
}
