using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Feeds;

/// <summary>Which part of a container a query or feed is about: a partition key, a span of hashes, or all (both null).</summary>
internal readonly record struct FeedTarget(byte[]? PartitionKey, EpkRange? Span)
{
    private static readonly Refusal NoSuchRange = new(410, "The partition key range is not one of this container.", SubStatus: 1002);

    /// <summary>Reads it from a request's headers, or says why they name no part of the container.</summary>
    public static bool TryRead(
        ContainerState container, GatewayRequest request, out FeedTarget target, [NotNullWhen(false)] out Refusal? refusal)
    {
        target = default;
        refusal = null;
        var range = EpkRange.All;
        if (request.Find(HeaderNames.PartitionKey) is { Length: > 0 })
        {
            if (request.PartitionKey is not { } key)
                refusal = Refusal.MissingPartitionKey;
            else
                target = new FeedTarget(key, null);
        }
        else if (request.Find(HeaderNames.PartitionKeyRangeId) is { } id)
        {
            if (int.TryParse(id, CultureInfo.InvariantCulture, out var number) && container.Ranges.Find(number) is { } found)
                range = found;
            else
                refusal = NoSuchRange;
        }
        var start = request.Find(HeaderNames.StartEpk);
        var end = request.Find(HeaderNames.EndEpk);
        if (start is not null || end is not null)
            range = range.Intersect(new EpkRange(start ?? "", end ?? "FF"));
        if (!range.IsAll)
            target = target with { Span = range };
        return refusal is null;
    }

    /// <summary>Whether a partition key lies in the span.</summary>
    public bool Includes(byte[] partitionKey) => Span is not { } span || span.Contains(EffectivePartitionKey.Of(partitionKey));
}
