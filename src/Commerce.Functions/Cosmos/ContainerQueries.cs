using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cosmos;

/// <summary>Queries as streams of documents, read straight from the answer's bytes.</summary>
internal static class ContainerQueries
{
    /// <summary>The documents that a query finds, page by page as they are asked for.</summary>
    /// <param name="container">Where to look.</param>
    /// <param name="query">The query; it must select whole documents or objects of <typeparamref name="T"/>.</param>
    /// <param name="partitionKey">The partition to look in; null for all of them.</param>
    /// <param name="pageSize">Most documents in one answer of the store.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public static IAsyncEnumerable<T> QueryAsync<T>(
        this Container container,
        QueryDefinition query,
        PartitionKey? partitionKey = null,
        int pageSize = 1000,
        CancellationToken ct = default) =>
        container.QueryAsync(query, TypeOf<T>(), partitionKey, pageSize, ct);

    /// <inheritdoc cref="QueryAsync{T}(Container, QueryDefinition, PartitionKey?, int, CancellationToken)"/>
    public static async IAsyncEnumerable<T> QueryAsync<T>(
        this Container container,
        QueryDefinition query,
        JsonTypeInfo<T> type,
        PartitionKey? partitionKey = null,
        int pageSize = 1000,
        [EnumeratorCancellation] CancellationToken ct = default)
    {
        var options = new QueryRequestOptions
        {
            PartitionKey = partitionKey,
            MaxItemCount = pageSize,
            // Where one physical partition answers, the query goes there without being planned first.
            EnableOptimisticDirectExecution = true,
        };
        string? continuation = null;
        FeedIterator? pages = null;
        try
        {
            do
            {
                using var page = await TransientFaults.RetryAsync(ReadPageAsync);
                continuation = page.ContinuationToken;
                foreach (var document in ReadDocuments(page.Content, type))
                    yield return document;
            }
            while (pages!.HasMoreResults);
        }
        finally
        {
            pages?.Dispose();
        }

        // An iterator that has failed is finished: the next attempt goes on with another one, where the last page ended.
        async Task<ResponseMessage> ReadPageAsync()
        {
            pages ??= container.GetItemQueryStreamIterator(query, continuation, options);
            try
            {
                return (await pages.ReadNextAsync(ct)).EnsureSuccessStatusCode();
            }
            catch
            {
                pages.Dispose();
                pages = null;
                throw;
            }
        }
    }

    /// <summary>One page of what a query finds in all partitions, from where another one ended.</summary>
    /// <exception cref="CosmosException">
    /// The store did not answer properly; 400 when it does not take the continuation any more.
    /// </exception>
    public static Task<QueryPage<T>> QueryPageAsync<T>(
        this Container container, QueryDefinition query, string? continuation, int pageSize, CancellationToken ct) =>
        TransientFaults.RetryAsync(async () =>
        {
            var options = new QueryRequestOptions { MaxItemCount = pageSize };
            using var pages = container.GetItemQueryStreamIterator(query, continuation, options);
            using var page = await pages.ReadNextAsync(ct);
            page.EnsureSuccessStatusCode();
            return new QueryPage<T>(ReadDocuments(page.Content, TypeOf<T>()), page.ContinuationToken);
        });

    /// <summary>
    /// True when the store does not go on where a page ended: the continuation is from before a change of the partitions or of the SDK.
    /// </summary>
    public static bool RefusesToContinue(this CosmosException fault, string? continuation) =>
        continuation is not null && fault.StatusCode == HttpStatusCode.BadRequest;

    /// <summary>The first documents that a query finds: a page of a list.</summary>
    public static async Task<List<T>> ListAsync<T>(
        this Container container, QueryDefinition query, int max, PartitionKey? partitionKey = null, CancellationToken ct = default)
    {
        var documents = new List<T>(max);
        await foreach (var document in container.QueryAsync<T>(query, partitionKey, max, ct))
        {
            documents.Add(document);
            if (documents.Count == max)
                break;
        }
        return documents;
    }

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)DocumentJson.Options.GetTypeInfo(typeof(T));

    /// <summary>The array <c>Documents</c> of <c>{"_rid": ..., "Documents": [...], "_count": ...}</c>.</summary>
    internal static List<T> ReadDocuments<T>(Stream content, JsonTypeInfo<T> type)
    {
        var documents = new List<T>();
        var reader = new Utf8JsonReader(BytesOf(content));
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                continue;
            var isDocuments = reader.ValueTextEquals("Documents"u8);
            reader.Read();
            if (!isDocuments)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                documents.Add(JsonSerializer.Deserialize(ref reader, type)!);
        }
        return documents;
    }

    /// <summary>The bytes of an answer, without a copy where the SDK has them in memory.</summary>
    internal static ReadOnlySpan<byte> BytesOf(Stream content)
    {
        if (content is MemoryStream memory && memory.TryGetBuffer(out var buffer))
            return buffer;
        var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.GetBuffer().AsSpan(0, (int)copy.Length);
    }
}

/// <param name="Documents">What was found.</param>
/// <param name="Continuation">Where the next page begins; null when there is none.</param>
public sealed record QueryPage<T>(IReadOnlyList<T> Documents, string? Continuation);
