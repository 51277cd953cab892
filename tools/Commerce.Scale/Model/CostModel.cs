using System.Text.Json.Serialization;

namespace Commerce.Scale.Model;

/// <summary>A number with its unit and where it comes from: measured, published, set in this repository, or assumed.</summary>
/// <param name="Value">Not negative.</param>
/// <param name="Unit">In words, as the report shows it.</param>
/// <param name="Source">The document, file or test that has it.</param>
internal sealed record Figure(double Value, string Unit, string Source)
{
    public static implicit operator double(Figure figure) => figure.Value;
}

/// <summary>What is stored of one document as JSON, without what the database adds.</summary>
internal sealed record DocumentSize(double Bytes, double BytesPerLine, string Source)
{
    public double BytesOf(int lines) => Bytes + (BytesPerLine * lines);
}

internal enum StepKind
{
    Create,
    Patch,
    Read,
    Feed,
}

/// <summary>One operation on one document.</summary>
internal sealed record Step(StepKind Do, string Document);

/// <summary>One call of the database for an order, or its share of one.</summary>
internal sealed record Operation(string Name, string Container, IReadOnlyList<Step> Steps);

/// <summary>Request units of the database, by kind of operation.</summary>
internal sealed record RequestUnitFigures(
    Figure Create, Figure Patch, Figure Read, Figure PrimaryRead, Figure Feed, Figure Conflict);

/// <summary>What an order takes besides request units.</summary>
internal sealed record WorkFigures(
    Figure ExecutionMs,
    Figure CpuMs,
    Figure CpuMsPerLine,
    Figure DurableQueueRequests,
    Figure DurableTableRequests,
    Figure DurablePollsPerSecond,
    Figure DurableWorkItemMessages,
    Figure DurableActions,
    Figure ServiceBusOperations,
    Figure LogKb,
    Figure TraceKb,
    Figure RankingRuPerSecond,
    Figure AuditRuPerOwner,
    Figure AuditRuPerOrder,
    Figure AuditRuPerDocument)
{
    /// <summary>Requests/s of Durable's storage account at so many orders a second.</summary>
    public double StorageRequestsPerSecond(double ordersPerSecond) =>
        (ordersPerSecond * (DurableQueueRequests + DurableTableRequests)) + DurablePollsPerSecond;
}

/// <summary>Functions that the platform runs on instances of their own.</summary>
/// <param name="Name">What takes its places, as the report names it.</param>
/// <param name="Executions">An order.</param>
/// <param name="Bursts">How often an order wakes an instance that has nothing else to do: executions close together count once.</param>
/// <param name="Seconds">How long an order holds a place.</param>
/// <param name="Places">In an instance; at least 1.</param>
internal sealed record FunctionGroup(string Name, Figure Executions, Figure Bursts, Figure Seconds, Figure Places);

/// <summary>The groups that orders keep busy; each timer is one more.</summary>
internal sealed record FunctionGroups(FunctionGroup Http, FunctionGroup Durable, FunctionGroup Delivery)
{
    [JsonIgnore]
    public IReadOnlyList<FunctionGroup> All => [Http, Durable, Delivery];
}

/// <summary>A lognormal distribution of a latency, by its median and 99th percentile in milliseconds.</summary>
internal sealed record LatencyFigure(double Median, double P99, string Source);

internal sealed record LatencyFigures(
    LatencyFigure ReadMs,
    LatencyFigure WriteMs,
    LatencyFigure PublishMs,
    Figure BatchOperationMs,
    Figure HandOverMs,
    Figure ColdStartSeconds);

/// <summary>Limits of the services, published or set by this repository.</summary>
internal sealed record LimitFigures(
    Figure PartitionRuPerSecond,
    Figure ServerlessRuPerSecond,
    Figure PartitionGb,
    Figure BatchOperations,
    Figure BudgetBurstSeconds,
    Figure ThrottledSeconds,
    Figure StorageRequestsPerSecond,
    Figure StorageQueueMessagesPerSecond,
    Figure ServiceBusCreditsPerSecond,
    Figure LostRaces,
    Figure RegionMemoryGb,
    Figure DeliveryShards,
    Figure AuditRuPerSecondAtWork,
    Figure AuditRuPerSecond,
    Figure AuditRoundDays);

internal sealed record StorageFigures(Figure SystemBytes, Figure IndexShare);

/// <summary>One of the two sets of sizes in <c>infra/bicep/main.bicepparam</c>, and what it costs without any order.</summary>
/// <param name="AutoscaleRuPerSecond">Most RU/s of the database; 0 when it is serverless.</param>
/// <param name="Instances">Most instances of the app.</param>
/// <param name="DatabaseFactor">By how much zones make the database's throughput dearer.</param>
/// <param name="Idle">Dollars a month, by item.</param>
internal sealed record Tier(
    bool Serverless,
    double AutoscaleRuPerSecond,
    double SchedulerActionsPerSecond,
    double InstanceGb,
    double InstanceCores,
    double Instances,
    double AlwaysReady,
    double TraceShare,
    double DatabaseFactor,
    string Source,
    IReadOnlyDictionary<string, double> Idle);

/// <summary>List prices in US dollars, those of <c>docs/operations.md</c>.</summary>
internal sealed record PriceFigures(
    Figure ServerlessPerMillionRu,
    [property: JsonPropertyName("autoscalePer100RuHour")] Figure AutoscalePer100RuHour,
    Figure AutoscaleFloor,
    Figure DataPerGb,
    Figure ExecutionsPerMillion,
    Figure GbSecond,
    Figure BilledSecondsMin,
    [property: JsonPropertyName("queuePer10000")] Figure QueuePer10000,
    [property: JsonPropertyName("tablePer10000")] Figure TablePer10000,
    Figure ServiceBusPerMillion,
    Figure ServiceBusMonth,
    Figure ServiceBusUnitMonth,
    Figure PrivateEndpointsMonth,
    Figure LogsPerGb);

/// <summary>Everything that the computation rests on: what an order costs, the limits, the sizes and the prices.</summary>
internal sealed record CostModel(
    RequestUnitFigures RequestUnits,
    IReadOnlyDictionary<string, DocumentSize> Documents,
    IReadOnlyList<Operation> Operations,
    WorkFigures Work,
    LatencyFigures Latencies,
    FunctionGroups Groups,
    LimitFigures Limits,
    StorageFigures Storage,
    IReadOnlyDictionary<string, Tier> Tiers,
    PriceFigures Prices)
{
    /// <summary>Most lines of one batch: the head takes one of its operations.</summary>
    public int BatchLinesMax => (int)Limits.BatchOperations - 1;

    /// <summary>The same with another time for each operation of a batch, which nobody publishes.</summary>
    public CostModel WithBatchOperationMs(double value) =>
        this with { Latencies = Latencies with { BatchOperationMs = Latencies.BatchOperationMs with { Value = value } } };

    /// <summary>RU of one step on a document of an order of so many lines: size counts above the first KB.</summary>
    public double RequestUnitsOf(Step step, int lines)
    {
        var kilobytes = (Documents[step.Document].BytesOf(lines) + (step.Do == StepKind.Feed ? Storage.SystemBytes.Value : 0)) / 1024;
        return step.Do switch
        {
            StepKind.Create => RequestUnits.Create * Math.Max(1, kilobytes),
            StepKind.Patch => RequestUnits.Patch * Math.Max(1, kilobytes),
            StepKind.Read => RequestUnits.Read * Math.Max(1, kilobytes),
            _ => RequestUnits.Feed * kilobytes,
        };
    }

    /// <summary>RU of a sale's own record, and of the patch of the stock that the sales of a batch share.</summary>
    public double SaleRu => RequestUnitsOf(new Step(StepKind.Create, "movement"), 1);

    /// <inheritdoc cref="SaleRu"/>
    public double StockPatchRu => RequestUnitsOf(new Step(StepKind.Patch, "product"), 1);

    /// <summary>Bytes that a document takes in the database, with system properties and its share of the index.</summary>
    public double StoredBytesOf(string document, int lines) =>
        (Documents[document].BytesOf(lines) + Storage.SystemBytes) * (1 + Storage.IndexShare);
}
