using System.Text;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Feeds;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Queries.Access;
using LocalPlatform.Cosmos.Queries.Planning;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>Queries, query plans and the read feed of a container.</summary>
/// <param name="store">What is queried.</param>
/// <param name="indexes">Told which indexes would have helped.</param>
/// <param name="alwaysPlans">Whether plans are genuine ones even where a container has one range.</param>
internal sealed class QueryOperations(DocumentStore store, IndexBuilder indexes, bool alwaysPlans)
{
    private static readonly string[] Deciding =
    [
        HeaderNames.PartitionKey, HeaderNames.PartitionKeyRangeId, HeaderNames.StartEpk, HeaderNames.EndEpk, HeaderNames.Continuation,
        HeaderNames.MaxItemCount, HeaderNames.OptimisticDirectExecution, HeaderNames.PopulateQueryMetrics,
    ];

    private readonly ScanQueue _scans = new(Math.Max(1, Environment.ProcessorCount / 2));

    public ValueTask<GatewayResponse> QueryAsync(ContainerState container, GatewayRequest request) =>
        QueryBody.TryParse(request.Body, out var error) is { } body
            ? RunAsync(container, request, body)
            : new(GatewayResponse.Of(Refusal.BadRequest(error)));

    public ValueTask<GatewayResponse> ReadFeedAsync(ContainerState container, GatewayRequest request) =>
        RunAsync(container, request, QueryBody.Everything);

    public GatewayResponse Plan(ContainerState container, GatewayRequest request)
    {
        if (QueryBody.TryParse(request.Body, out var error) is not { } body)
            return GatewayResponse.Of(Refusal.BadRequest(error));
        // With one range the gateway answers whole, and nothing is left for the client to do.
        var plan = container.Ranges.Count > 1 || alwaysPlans ? QueryPlanner.Plan(body.Query, body.Window) : new QueryPlan();
        return new GatewayResponse
        {
            Status = 200,
            Body = JsonText.Write(plan, static (writer, plan) => plan.WriteTo(writer)),
            RequestCharge = RequestCharges.Metadata,
        };
    }

    private async ValueTask<GatewayResponse> RunAsync(ContainerState container, GatewayRequest request, QueryBody body)
    {
        if (!FeedTarget.TryRead(container, request, out var target, out var refusal))
            return GatewayResponse.Of(refusal);
        QueryContinuation? continuation = null;
        if (request.Find(HeaderNames.Continuation) is { Length: > 0 } token && (continuation = QueryContinuation.TryParse(token)) is null)
            return GatewayResponse.Of(Refusal.BadRequest("The continuation token is malformed."));
        using var page = new DocumentPage(container, request.PageSize);
        QueryExecution Prepare() => new(container, body, target, continuation, page, store.NowSeconds());
        GatewayResponse Answer(QueryExecution execution) => this.Answer(container, request, target, page, execution);
        var execution = Prepare();
        var index = execution.Wanted is { } wanted ? await indexes.RequestAsync(container, wanted) : IndexState.NotNeeded;
        if (index == IndexState.Missing && execution.IsScan)
            // Planned anew when its turn comes, for there may be an index by then.
            return await _scans.AnswerAsync(Question(request), () => Answer(Prepare()));
        return Answer(index == IndexState.Made ? Prepare() : execution);
    }

    private GatewayResponse Answer(
        ContainerState container, GatewayRequest request, FeedTarget target, DocumentPage page, QueryExecution execution)
    {
        var started = store.Time.GetTimestamp();
        store.Read(container, execution.Run);
        var answer = page.Complete();
        return new GatewayResponse
        {
            Status = 200,
            Body = answer,
            ItemCount = page.Count,
            Continuation = execution.Continuation,
            RequestCharge = RequestCharges.Query(execution.LoadedDocuments, execution.LoadedBytes, answer.Length),
            Origin = container.Origin(target.PartitionKey),
            AnswersDirectExecution = request.Flag(HeaderNames.OptimisticDirectExecution),
            QueryMetrics = request.Flag(HeaderNames.PopulateQueryMetrics)
                ? QueryMetrics.Text(execution, page.Count, answer.Length, store.Time.GetElapsedTime(started))
                : null,
        };
    }

    // All of a request that its answer depends on, besides the documents.
    private static string Question(GatewayRequest request) =>
        string.Join('\n', Deciding.Select(request.Find).Prepend(Encoding.UTF8.GetString(request.Body.Span)).Prepend(request.Path));
}
