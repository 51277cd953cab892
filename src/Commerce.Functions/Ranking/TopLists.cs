using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Commerce.Functions.Http;
using Commerce.Shared.Ranking;

namespace Commerce.Functions.Ranking;

/// <summary>The lists of one checkpoint, and the answers made of them: each is rendered once.</summary>
public sealed class TopLists
{
    private readonly RankingCheckpoint _checkpoint;
    private readonly IReadOnlyDictionary<string, RankingList> _lists;
    private readonly ConcurrentDictionary<(string Window, int Limit), RenderedTop> _rendered = new();

    internal TopLists(RankingCheckpoint checkpoint, IReadOnlyDictionary<string, RankingList> lists)
    {
        _checkpoint = checkpoint;
        _lists = lists;
    }

    /// <summary>That of the checkpoint; null before the first lists are made.</summary>
    public string? ETag => _checkpoint.ETag;

    /// <summary>When they were made; long ago if they never were.</summary>
    public DateTimeOffset MadeAt => ETag is null ? DateTimeOffset.MinValue : _checkpoint.WindowEnd ?? DateTimeOffset.MinValue;

    /// <summary>Before the first fold: nothing of the windows that end now is counted.</summary>
    public static TopLists None(DateTimeOffset now) => new(
        new RankingCheckpoint
        {
            Scope = "",
            Commit = 0,
            FeedStart = now,
            Ranges = [],
            WindowEnd = now,
            Lists = [.. RankingWindow.All.Select(window =>
                new RankingListRef(window.Name, window.Level.StartOf(window.Level.FirstBucket(window.Length, now)), 0))],
        },
        new Dictionary<string, RankingList>());

    /// <summary>The list that a checkpoint refers to, if it is one of these.</summary>
    public RankingList? Find(string scope, RankingListRef reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return _checkpoint.Scope == scope && _lists.TryGetValue(reference.Window, out var list)
            && list.Commit == reference.Commit ? list : null;
    }

    /// <summary>The answer for a window and a limit.</summary>
    public RenderedTop Render(RankingWindow window, int limit)
    {
        ArgumentNullException.ThrowIfNull(window);
        return _rendered.TryGetValue((window.Name, limit), out var known)
            ? known
            : _rendered.GetOrAdd((window.Name, limit), RenderedTop.Of(View(window, limit)));
    }

    private TopProductsView View(RankingWindow window, int limit)
    {
        var items = _lists.TryGetValue(window.Name, out var list)
            ? list.Products.Take(limit).Select((product, i) =>
                new TopProductView(i + 1, product.ProductId, product.Name, product.Price, product.Quantity, product.Revenue))
            : [];
        var start = _checkpoint.Lists.First(reference => reference.Window == window.Name).WindowStart;
        return new([.. items], start, _checkpoint.WindowEnd ?? start, _checkpoint.AsOf ?? start);
    }
}

/// <summary>An answer as it goes over the wire.</summary>
public sealed record RenderedTop(ReadOnlyMemory<byte> Body, string ETag)
{
    private const int ETagLength = 12;

    internal static RenderedTop Of(TopProductsView view)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(view, RankingJson.Wire.TopProductsView);
        return new(body, $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, ETagLength))}\"");
    }
}

/// <summary>Writes a rendered answer, or 304 when the client has it.</summary>
/// <param name="top">The answer.</param>
/// <param name="cacheControl">How long caches may serve it unasked.</param>
internal sealed class TopAnswer(RenderedTop top, string cacheControl) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.ETag = top.ETag;
        response.Headers.CacheControl = cacheControl;
        if (EntityTags.IsUnchanged(httpContext.Request, top.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.BeginJson();
        response.ContentLength = top.Body.Length;
        return response.BodyWriter.WriteAsync(top.Body, httpContext.RequestAborted).AsTask();
    }
}
