using System.Globalization;
using System.Text.Json;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Queries.Access;
using LocalPlatform.Cosmos.Queries.Execution;
using LocalPlatform.Cosmos.Queries.Planning;
using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Cosmos.Sql;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>Queries, query plans and the read feed of a container.</summary>
internal sealed class QueryOperations(CosmosStore store)
{
    private static readonly SqlQuery Everything = SqlParser.TryParse("SELECT * FROM c", out _)!;

    public GatewayResponse Query(ContainerState container, GatewayRequest request)
    {
        if (QueryBody.TryParse(request.Body, out var error) is not { } body)
            return GatewayResponse.BadRequest(error);
        return Run(container, request, body);
    }

    public GatewayResponse Plan(ContainerState container, GatewayRequest request)
    {
        if (QueryBody.TryParse(request.Body, out var error) is not { } body)
            return GatewayResponse.BadRequest(error);
        try
        {
            // With one range the gateway answers whole, and nothing is left for the client to do.
            var isSplit = container.Ranges.Count > 1 || store.Options.GenuineQueryPlans;
            var plan = isSplit ? QueryPlanner.Plan(body.Query, body.Parameters) : new QueryPlan();
            return new GatewayResponse
            {
                Status = 200,
                Body = JsonText.Write(plan, static (writer, plan) => plan.WriteTo(writer)),
                RequestCharge = RequestCharges.Metadata,
            };
        }
        catch (SqlException refusal)
        {
            return GatewayResponse.BadRequest(refusal.Message);
        }
    }

    public GatewayResponse ReadFeed(ContainerState container, GatewayRequest request) =>
        Run(container, request, new QueryBody(Everything, new Dictionary<string, SqlValue>(), null));

    private GatewayResponse Run(ContainerState container, GatewayRequest request, QueryBody body)
    {
        if (!TryReadTarget(container, request, out var partitionKey, out var spread, out var refusal))
            return refusal;
        QueryContinuation? continuation = null;
        if (request.Headers.Find(HeaderNames.Continuation) is { Length: > 0 } token
            && (continuation = QueryContinuation.TryParse(token)) is null)
            return GatewayResponse.BadRequest("The continuation token is malformed.");
        try
        {
            return Run(container, request, new QueryRequest(
                container, body.Query, body.Parameters, partitionKey, spread, body.Resume, continuation, store.NowSeconds()));
        }
        catch (SqlException invalid)
        {
            return GatewayResponse.BadRequest(invalid.Message);
        }
    }

    private GatewayResponse Run(ContainerState container, GatewayRequest request, QueryRequest query)
    {
        var started = store.Time.GetTimestamp();
        using var documents = new QueryPage(container, PageSize(request));
        var execution = new QueryExecution(query, documents);
        var page = store.Read(container, session => (object)execution.Run(session));
        if (page is null)
            return GatewayResponse.NotFound();
        if (execution.Access.Wanted is { } wanted)
            store.Indexes.Request(container, wanted);
        var body = (ReadOnlyMemory<byte>)page;
        return new GatewayResponse
        {
            Status = 200,
            Body = body,
            ItemCount = execution.Count,
            Continuation = execution.Continuation,
            RequestCharge = RequestCharges.Query(execution.LoadedDocuments, execution.LoadedBytes, body.Length),
            SessionToken = container.SessionToken(query.PartitionKey),
            Lsn = container.Lsn.Last,
            AltContentPath = container.AltContentPath,
            ContentPath = container.Rid,
            AnswersDirectExecution = request.Flag(HeaderNames.OptimisticDirectExecution),
            QueryMetrics = request.Flag(HeaderNames.PopulateQueryMetrics)
                ? QueryMetrics.Text(execution, body.Length, store.Time.GetElapsedTime(started))
                : null,
        };
    }

    /// <summary>Which part of the container a query or feed is about: a partition key, a range, a span of hashes, or all.</summary>
    public static bool TryReadTarget(
        ContainerState container, GatewayRequest request, out byte[]? partitionKey, out PartitionKeyFilter? spread, out GatewayResponse refusal)
    {
        partitionKey = null;
        spread = null;
        refusal = ItemOperations.MissingPartitionKey();
        var range = EpkRange.All;
        if (request.Headers.Find(HeaderNames.PartitionKey) is { Length: > 0 } header)
        {
            if (PartitionKeyValue.FromHeader(header) is not { } key)
                return false;
            partitionKey = key;
        }
        if (request.Headers.Find(HeaderNames.PartitionKeyRangeId) is { } id && partitionKey is null)
        {
            refusal = GatewayResponse.Error(410, "The partition key range is not one of this container.", subStatus: 1002);
            if (!int.TryParse(id, CultureInfo.InvariantCulture, out var number) || number < 0 || number >= container.Ranges.Count)
                return false;
            range = container.Ranges[number].Intersect(range) ?? new EpkRange("", "");
        }
        var start = request.Headers.Find(HeaderNames.StartEpk);
        var end = request.Headers.Find(HeaderNames.EndEpk);
        if (start is not null || end is not null)
            range = range.Intersect(new EpkRange(start ?? "", end ?? "FF")) ?? new EpkRange("", "");
        if (!range.IsAll)
            spread = new PartitionKeyFilter(range);
        return true;
    }

    /// <summary>The page size asked for; -1 or nothing lets the gateway choose.</summary>
    public static int PageSize(GatewayRequest request)
    {
        const int Default = 1000;
        return request.Headers.Find(HeaderNames.MaxItemCount) is { } text
            && int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : Default;
    }
}

/// <summary>The body of a query request.</summary>
internal sealed record QueryBody(SqlQuery Query, IReadOnlyDictionary<string, SqlValue> Parameters, ResumeFilter? Resume)
{
    /// <summary>Reads <c>{"query": .., "parameters": [..], "resumeFilter": ..}</c>, or says what is wrong.</summary>
    public static QueryBody? TryParse(ReadOnlyMemory<byte> body, out string error)
    {
        error = "The query request is invalid: it must be a JSON object with a 'query'.";
        // Parameters are used while the query runs: their document is left to the collector.
        var document = JsonText.TryParse(body.ToArray());
        if (document is not { RootElement.ValueKind: JsonValueKind.Object }
            || !document.RootElement.TryGetProperty("query"u8, out var text) || text.ValueKind != JsonValueKind.String)
            return null;
        // The SDK puts no filter of its own into a rewritten query: it resumes by other means.
        if (SqlParser.TryParse(text.GetString()!.Replace(QueryPlanner.FilterPlaceholder, "true", StringComparison.Ordinal), out error) is not { } query)
            return null;
        var resume = document.RootElement.TryGetProperty("resumeFilter"u8, out var filter) ? ResumeFilter.TryParse(filter) : null;
        return new QueryBody(query, ReadParameters(document.RootElement), resume);
    }

    private static Dictionary<string, SqlValue> ReadParameters(JsonElement root)
    {
        var parameters = new Dictionary<string, SqlValue>(StringComparer.Ordinal);
        if (!root.TryGetProperty("parameters"u8, out var list) || list.ValueKind != JsonValueKind.Array)
            return parameters;
        foreach (var parameter in list.EnumerateArray())
        {
            if (parameter.TryGetProperty("name"u8, out var name) && name.ValueKind == JsonValueKind.String)
                parameters[name.GetString()!] = parameter.TryGetProperty("value"u8, out var value) ? SqlValue.Of(value) : SqlValue.Undefined;
        }
        return parameters;
    }
}
