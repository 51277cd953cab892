using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Commerce.Shared.Ranking;

namespace Documentation.Tests;

/// <summary>Holds <c>docs/data-model.md</c> to the document types and the containers.</summary>
public partial class DataModelTests
{
    private static readonly string Text = Repository.Read("docs/data-model.md");

    private static readonly Dictionary<string, Type> Types = new()
    {
        ["ACCOUNT"] = typeof(Account),
        ["LEDGER_ENTRY"] = typeof(LedgerEntry),
        ["PRODUCT"] = typeof(Product),
        ["STOCK_MOVEMENT"] = typeof(StockMovement),
        ["ORDER"] = typeof(Order),
        ["SOLD_LINE"] = typeof(SoldLine),
        ["ORDER_LINE"] = typeof(OrderLine),
        ["CANCELLATION_REQUEST"] = typeof(CancellationRequest),
        ["CART"] = typeof(ShoppingCart),
        ["CART_ITEM"] = typeof(CartItem),
        ["EVENT_DELIVERY"] = typeof(EventDelivery),
        ["DELIVERY_ATTEMPT"] = typeof(DeliveryAttempt),
        ["DELIVERY_CONTROL"] = typeof(DeliveryControl),
        ["RECONCILIATION_CHECKPOINT"] = typeof(ReconciliationCheckpoint),
        ["OPEN_BREAKER"] = typeof(OpenBreaker),
        ["RANKING_POINTER"] = typeof(RankingPointer),
        ["RANKING_CHECKPOINT"] = typeof(RankingCheckpoint),
        ["RANKING_LIST"] = typeof(RankingList),
        ["AUDIT_CHECKPOINT"] = typeof(AuditCheckpoint),
        ["AUDIT_PROOF"] = typeof(AuditProof),
        ["AUDIT_ROUND"] = typeof(AuditRound),
        ["AUDIT_DOUBT"] = typeof(AuditDoubt),
    };

    [GeneratedRegex(@"^    (\w+) \{\n(.*?)^    \}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Entity();

    [Fact]
    public void The_diagram_has_the_document_types_with_the_fields_that_are_stored()
    {
        var drawn = Markdown.CodeBlocks(Text, "mermaid").SelectMany(diagram => Entity().Matches(diagram))
            .ToDictionary(match => match.Groups[1].Value, match => Fields(match.Groups[2].Value));

        Assert.Equal(Types.Keys.Order(), drawn.Keys.Order());
        Assert.All(Types, type => Assert.Equal(Fields(type.Value), drawn[type.Key]));
    }

    [Fact]
    public void The_table_has_the_containers_with_their_keys_lifetimes_and_indexed_paths()
    {
        var rows = Markdown.TableRows(Text).Where(cells => cells.Length == 5 && cells[1].StartsWith("`/", StringComparison.Ordinal))
            .ToList();

        Assert.Equal(CommerceDatabase.All.Select(container => container.Name).Order(), rows.Select(cells => cells[0].Trim('`')).Order());
        Assert.All(CommerceDatabase.All, container =>
        {
            var cells = rows.Single(row => row[0] == $"`{container.Name}`");
            Assert.Equal($"`{container.PartitionKeyPath}`", cells[1]);
            Assert.Equal(Lifetime(container), cells[3].Split(" after")[0]);
            Assert.Equal(
                container.IndexedPaths.Count == 0 ? "nothing"
                    : string.Join(", ", container.IndexedPaths.Select(path => $"`{path.Trim('/', '?')}`")),
                cells[4]);
        });
    }

    private static string Lifetime(ContainerDefinition container) => container switch
    {
        { DocumentsExpire: true } => "as the document says",
        _ => "kept",
    };

    private static List<string> Fields(string drawn) =>
        [.. drawn.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ')[1])
            .Order(StringComparer.Ordinal)];

    private static List<string> Fields(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsStored).Select(Name).Order(StringComparer.Ordinal)];

    private static bool IsStored(PropertyInfo property) =>
        property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always };

    private static string Name(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
