using System.Text.Json;
using Commerce.Load.Http;

namespace Commerce.Load.Outage;

/// <summary>An event as the platform has it.</summary>
/// <param name="PaidAt">From its body; null when that is not kept any more.</param>
internal sealed record Arrival(string Id, DateTimeOffset ReceivedAt, DateTimeOffset? PaidAt);

/// <summary>
/// The mock data platform of a local run (docs/local-platform.md, webhook receivers), in the shop's process or in one of its own.
/// </summary>
internal sealed class MockPlatform(ShopApi api)
{
    private const int PageSize = 1000;
    private long _cursor;

    /// <summary>Tells it how to behave from now on.</summary>
    public Task BehaveAsync(byte[] behaviour, CancellationToken cancellationToken) =>
        api.EnsureAsync(new ShopRequest(HttpMethod.Put, api.Endpoint.At("behaviour"), behaviour, ForOperator: true), null,
            cancellationToken);

    /// <summary>What it has seen, in numbers.</summary>
    public Task<ReceiverPage> SummaryAsync(CancellationToken cancellationToken) => PageAsync(0, 0, cancellationToken);

    /// <summary>The events that came since the last call, in the order of their arrival.</summary>
    public async Task<IReadOnlyList<Arrival>> NewArrivalsAsync(CancellationToken cancellationToken)
    {
        List<Arrival> arrivals = [];
        while (await PageAsync(_cursor, PageSize, cancellationToken) is { Items: { Count: > 0 } items })
        {
            arrivals.AddRange(items.Select(item => new Arrival(item.Id, item.ReceivedAt, PaidAt(item.Body))));
            _cursor = items[^1].Sequence;
        }
        return arrivals;
    }

    private Task<ReceiverPage> PageAsync(long cursor, int limit, CancellationToken cancellationToken) =>
        api.GetAsync($"?cursor={cursor}&limit={limit}", DeliveryJson.Default.ReceiverPage, cancellationToken, forOperator: true);

    private static DateTimeOffset? PaidAt(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("data", out var data)
            && data.TryGetProperty("paidAt", out var paidAt)
            ? paidAt.GetDateTimeOffset()
            : null;
}
