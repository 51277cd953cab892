using System.Collections.ObjectModel;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cosmos;

/// <summary>
/// The database and its containers: names, partition keys, lifetimes and what is indexed. <c>infra/bicep</c> creates the same in
/// Azure, and a test compares the two.
/// </summary>
public sealed class CommerceDatabase(CosmosClient client)
{
    public const string Name = "commerce";

    public static readonly ContainerDefinition Catalog = new("catalog", "/productId", ["/type/?", "/productId/?", "/sequence/?"]);
    public static readonly ContainerDefinition Accounts =
        new(
            "accounts",
            "/userId",
            ["/userId/?", "/type/?", "/sequence/?", "/status/?", "/createdAt/?", "/cancelRequestedAt/?", "/cancelledAt/?"],
            DocumentsExpire: true);
    public static readonly ContainerDefinition Ranking = new("ranking", "/scope", [], DocumentsExpire: true);
    public static readonly ContainerDefinition Deliveries =
        new("deliveries", "/shard", ["/state/?", "/dueAt/?", "/updatedAt/?"], DocumentsExpire: true);

    public static IReadOnlyList<ContainerDefinition> All { get; } = [Catalog, Accounts, Ranking, Deliveries];

    public Container this[ContainerDefinition definition] => client.GetContainer(Name, definition.Name);

    /// <summary>
    /// Creates what is missing. For local work; in Azure the deployment creates it and the application has no right to.
    /// </summary>
    public async Task CreateIfMissingAsync(CancellationToken ct)
    {
        Database database = await client.CreateDatabaseIfNotExistsAsync(Name, cancellationToken: ct);
        foreach (var definition in All)
            await database.CreateContainerIfNotExistsAsync(definition.Properties(), cancellationToken: ct);
    }
}

/// <param name="Name">Name of the container.</param>
/// <param name="PartitionKeyPath">Path of its partition key.</param>
/// <param name="IndexedPaths">The only paths that are indexed: an index that no query uses costs RU on every write.</param>
/// <param name="DocumentsExpire">Documents may say themselves when they expire (<c>ttl</c>, in seconds); without it they stay.</param>
public sealed record ContainerDefinition(
    string Name,
    string PartitionKeyPath,
    IReadOnlyList<string> IndexedPaths,
    bool DocumentsExpire = false)
{
    /// <summary>Cosmos DB's way to say "on, but no default".</summary>
    private const int NoDefaultTimeToLive = -1;

    public ContainerProperties Properties()
    {
        var properties = new ContainerProperties(Name, PartitionKeyPath)
        {
            DefaultTimeToLive = DocumentsExpire ? NoDefaultTimeToLive : null,
            IndexingPolicy = new IndexingPolicy { IndexingMode = IndexingMode.Consistent, Automatic = true },
        };
        Add(properties.IndexingPolicy.IncludedPaths, IndexedPaths.Select(path => new IncludedPath { Path = path }));
        properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
        return properties;
    }

    private static void Add<T>(Collection<T> collection, IEnumerable<T> items)
    {
        foreach (var item in items)
            collection.Add(item);
    }
}
