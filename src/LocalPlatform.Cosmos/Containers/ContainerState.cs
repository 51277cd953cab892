using System.Text;
using System.Text.Json;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>A container as the gateway knows it in memory.</summary>
internal sealed class ContainerState
{
    private readonly string _path;

    public ContainerState(
        DatabaseState database, int number, ContainerDefinition definition, long timestamp, long lsnReserved, int ranges)
    {
        Database = database;
        Number = number;
        Definition = definition;
        Timestamp = timestamp;
        RidBytes = ResourceId.ContainerBytes(database.Number, number);
        Rid = ResourceId.Text(RidBytes);
        ETag = Values.ETag.Text(number, timestamp);
        Self = $"dbs/{database.Rid}/colls/{Rid}/";
        SelfPrefix = Encoding.UTF8.GetBytes($"{Self}docs/");
        Lsn = new LsnSequence(number, lsnReserved);
        Ranges = new PartitionKeyRanges(this, ranges);
        Documents = new DocumentTable(this);
        _path = $"dbs/{database.Id}/colls/{definition.Id}";
    }

    public DatabaseState Database { get; }

    public int Number { get; }

    public string Id => Definition.Id;

    public string Rid { get; }

    public byte[] RidBytes { get; }

    public string Self { get; }

    /// <summary>What the <c>_self</c> of each document begins with.</summary>
    public byte[] SelfPrefix { get; }

    public string ETag { get; }

    public long Timestamp { get; }

    public ContainerDefinition Definition { get; }

    public LsnSequence Lsn { get; }

    /// <summary>Replaced as a whole by a split.</summary>
    public PartitionKeyRanges Ranges { get; set; }

    public DocumentTable Documents { get; }

    /// <summary>The indexes that queries may use. Replaced as a whole, on the writer thread.</summary>
    public IndexSet Indexes { get; set; } = IndexSet.Empty;

    /// <summary>Set on the writer thread when the table goes; what is queued behind finds it.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Where an answer about a partition key, or about all, comes from. The session token is <c>range:-1#lsn</c>.</summary>
    public AnswerOrigin Origin(byte[]? partitionKey) => new(SessionToken(partitionKey), _path, Rid);

    /// <summary>The same for something that is missing.</summary>
    public AnswerOrigin OriginOfNothing(byte[]? partitionKey) => new(SessionToken(partitionKey));

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        using (var definition = JsonDocument.Parse(Definition.Json))
        {
            foreach (var property in definition.RootElement.EnumerateObject())
                property.WriteTo(writer);
        }
        writer.WriteString("_rid", Rid);
        writer.WriteNumber("_ts", Timestamp);
        writer.WriteString("_self", Self);
        writer.WriteString("_etag", ETag);
        writer.WriteString("_docs", "docs/");
        writer.WriteEndObject();
    }

    private string SessionToken(byte[]? partitionKey) => $"{(partitionKey is null ? 0 : Ranges.Of(partitionKey))}:-1#{Lsn.Last}";
}
