using System.Runtime.CompilerServices;

namespace Commerce.Functions.Cosmos;

/// <summary>A place in a list that is ordered by time: that of the last document that was seen.</summary>
public readonly record struct TimePosition(DateTimeOffset Time, string Id);

internal static class TimePositions
{
    /// <summary>
    /// What comes after a position in a query's answer that begins with the documents of its time: they are equal to the index, so those up
    /// to the last one seen come again.
    /// </summary>
    /// <param name="found">What the query finds, ordered by time.</param>
    /// <param name="after">The position; null for the beginning.</param>
    /// <param name="positionOf">A document's position.</param>
    /// <param name="ct">Stops the reading.</param>
    public static async IAsyncEnumerable<T> AfterAsync<T>(
        this IAsyncEnumerable<T> found,
        TimePosition? after,
        Func<T, TimePosition> positionOf,
        [EnumeratorCancellation] CancellationToken ct = default)
    {
        var isPast = after is null;
        await foreach (var document in found.WithCancellation(ct))
        {
            if (!isPast && positionOf(document) is var position && position.Time == after!.Value.Time)
                isPast = position.Id == after.Value.Id;
            else
                yield return document;
        }
    }
}
