using System.Text.RegularExpressions;

namespace Infrastructure.Tests;

/// <summary>Alerts as they are deployed, and the place of each in the runbook.</summary>
public partial class AlertTests
{
    /// <summary>Columns of the tables in a workspace that are asked for; TelemetryTests compares them with an export.</summary>
    internal static readonly Dictionary<string, string[]> Columns = new()
    {
        ["AppMetrics"] = ["TimeGenerated", "AppRoleInstance", "Name", "Sum", "ItemCount", "Max", "Properties"],
        ["AppTraces"] = ["TimeGenerated", "Message", "SeverityLevel", "Properties"],
        ["AppExceptions"] = ["TimeGenerated", "SeverityLevel", "Properties", "ExceptionType", "OuterMessage", "OperationId"],
        ["AppDependencies"] = ["TimeGenerated", "Name", "DurationMs"],
        ["CDBPartitionKeyRUConsumption"] = ["TimeGenerated", "PartitionKey", "RequestCharge"],
    };

    /// <summary>Of the language itself.</summary>
    private static readonly string[] Words =
    [
        "where", "summarize", "project", "extend", "union", "order", "top", "by", "and", "or", "in", "desc", "asc", "bin", "ago",
        "max", "min", "sum", "avg", "count", "countif", "arg_max", "iff", "tostring", "todouble", "isnotempty", "startswith",
        "count_", "sum_RequestCharge",
    ];

    [Fact]
    public async Task Queries_name_only_columns_that_their_tables_have()
    {
        foreach (var query in await Queries.OfAsync())
        {
            var bare = Strings().Replace(query, "");
            var words = bare.All(@"\b[A-Za-z_]\w*\b").ToHashSet();
            var tables = Columns.Keys.Where(words.Contains).ToList();
            var made = bare.All(@"\b([A-Z]\w*) =(?!=)");
            var unknown = words.Except(tables.SelectMany(table => Columns[table])).Except(tables).Except(made).Except(Words);

            Assert.NotEmpty(tables);
            Assert.Empty(unknown.Select(word => $"{word} in: {query}"));
        }
    }

    [Fact]
    public async Task The_verdict_of_the_books_stands_until_the_next_and_its_absence_is_told()
    {
        var rules = (await Deployment.ProdAsync()).Of("Microsoft.Insights/scheduledQueryRules")
            .ToDictionary(rule => rule.Text("properties/displayName"), rule => rule["properties"]!);

        var difference = rules["audit-difference"];
        Assert.Equal(("P1D", "P2D"), (difference.Text("windowSize"), difference.Text("overrideQueryTimeRange")));
        Assert.Contains("arg_max(TimeGenerated, Sum)", difference.Text("criteria/allOf/0/query"), StringComparison.Ordinal);
        Assert.True(rules["audit-missing"].Flag("enabled"));
    }

    [Fact]
    public async Task A_stand_by_may_be_silent()
    {
        var standby = await Deployment.OfAsync(
            new() { ["AZURE_ENV_NAME"] = "standby", ["COMMERCE_TIER"] = "prod", ["COMMERCE_STANDBY"] = "true" });

        var silent = standby.Of("Microsoft.Insights/scheduledQueryRules").Where(rule => !rule.Flag("properties/enabled"));
        Assert.Equal(["telemetry-missing"], silent.Select(rule => rule.Text("properties/displayName")));
        Assert.Empty(standby.Of("Microsoft.Insights/webtests"));
        Assert.False(standby.The("Microsoft.Web/sites").Flag("properties/enabled"));
    }

    [Fact]
    public async Task Each_alert_has_its_place_in_the_runbook()
    {
        var headings = Metadata.Read("docs/operations.md").All("^### ([a-z-]+)$");
        var prod = await Deployment.ProdAsync();
        var alerts = prod.Of("Microsoft.Insights/scheduledQueryRules").Concat(prod.Of("Microsoft.Insights/metricAlerts"))
            .Select(rule => rule.Text("name").Replace("-commerce-prodeu1", "", StringComparison.Ordinal));

        Assert.Equal(alerts.Order(), headings.Order());
    }

    [GeneratedRegex(@"""[^""]*""")]
    private static partial Regex Strings();
}
