using System.Text.Json.Nodes;

namespace Infrastructure.Tests;

/// <summary>The queries of alerts, workbook and runbook.</summary>
internal static class Queries
{
    /// <summary>Those that name a table; all of them without one.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(string table = "")
    {
        var prod = await Deployment.ProdAsync();
        var alerts = prod.Of("Microsoft.Insights/scheduledQueryRules").Select(rule => rule.Text("properties/criteria/allOf/0/query"));
        var workbook = JsonNode.Parse(prod.The("Microsoft.Insights/workbooks").Text("properties/serializedData"))!["items"]!.AsArray()
            .Select(item => item!.Find("content/query")?.GetValue<string>()).OfType<string>();
        var runbook = Metadata.Read("docs/operations.md").All("kql '([^']+)'");
        var queries = alerts.Concat(workbook).Concat(runbook).Where(query => query.Contains(table, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(queries);
        return queries;
    }

    /// <summary>The values of a line or a measurement that a query asks for.</summary>
    public static IEnumerable<string> Properties(string query) => query.All(@"Properties\[""([^""]+)""\]");
}
