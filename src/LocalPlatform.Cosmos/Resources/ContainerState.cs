using System.Text;
using System.Text.Json;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Queries.Indexes;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>A container as the gateway knows it in memory.</summary>
internal sealed class ContainerState
{
    public ContainerState(
        DatabaseState database, int number, ContainerDefinition definition, long timestamp, long lsnReserved, int ranges)
    {
        Database = database;
        Number = number;
        Definition = definition;
        Timestamp = timestamp;
        RidBytes = ResourceId.ContainerBytes(database.Number, number);
        Rid = ResourceId.Text(RidBytes);
        Lsn = new LsnSequence(number, lsnReserved);
        Ranges = PartitionKeyRanges.Split(this, ranges);
        Documents = new DocumentTable(this);
        AltContentPath = $"dbs/{database.Id}/colls/{definition.Id}";
        SelfPrefix = Encoding.UTF8.GetBytes($"dbs/{database.Rid}/colls/{Rid}/docs/");
    }

    public DatabaseState Database { get; }

    public int Number { get; }

    public string Id => Definition.Id;

    public string Rid { get; }

    public byte[] RidBytes { get; }

    public byte[] SelfPrefix { get; }

    public string AltContentPath { get; }

    public string Self => $"dbs/{Database.Rid}/colls/{Rid}/";

    public string ETag => Items.ETag.Text(Number, Timestamp);

    public long Timestamp { get; }

    public ContainerDefinition Definition { get; }

    public LsnSequence Lsn { get; }

    public PartitionKeyRanges Ranges { get; }

    public DocumentTable Documents { get; }

    /// <summary>The indexes that queries may use. Replaced as a whole, on the writer thread.</summary>
    public IndexSet Indexes { get; set; } = IndexSet.Empty;

    /// <summary>Set on the writer thread when the table goes; what is queued behind finds it.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Token with which a client states what it has seen: <c>range:-1#lsn</c>.</summary>
    public string SessionToken(byte[]? partitionKey)
    {
        var range = partitionKey is null || Ranges.Count == 1 ? 0 : Ranges.Of(partitionKey);
        return $"{range}:-1#{Lsn.Last}";
    }

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
}
