using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Commerce.Functions.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Logging;

namespace Infrastructure.Tests;

/// <summary>Alerts and the workbook ask for what is there: compared with an export of the app, and with what the host says it logs.</summary>
public partial class AlertTests(TelemetryExport export) : IClassFixture<TelemetryExport>
{
    /// <summary>Columns of a workspace's tables, by the field of the export that Azure fills them from; null for the envelope's own.</summary>
    private static readonly Dictionary<string, Dictionary<string, string?>> Columns = new()
    {
        ["AppMetrics"] = new()
        {
            ["TimeGenerated"] = null, ["AppRoleInstance"] = null, ["Name"] = "name", ["Sum"] = "value", ["ItemCount"] = "count", ["Max"] = "max",
            ["Properties"] = null,
        },
        ["AppTraces"] = new()
        {
            ["TimeGenerated"] = null, ["Message"] = "message", ["SeverityLevel"] = "severityLevel", ["Properties"] = "properties",
        },
        ["AppExceptions"] = new()
        {
            ["TimeGenerated"] = null, ["SeverityLevel"] = null, ["Properties"] = null, ["ExceptionType"] = null, ["OuterMessage"] = null, ["OperationId"] = null,
        },
        ["AppDependencies"] = new() { ["TimeGenerated"] = null, ["Name"] = "name", ["DurationMs"] = "duration" },
        ["CDBPartitionKeyRUConsumption"] = new() { ["PartitionKey"] = null, ["RequestCharge"] = null },
    };

    private static readonly string[] Words =
    [
        "where", "summarize", "project", "extend", "union", "order", "by", "and", "or", "in", "desc", "asc", "bin", "ago", "max", "min", "sum", "count",
        "countif", "arg_max", "avg", "iff", "tostring", "todouble", "isnotempty", "startswith", "top", "count_", "sum_RequestCharge",
    ];

    /// <summary>What the host logs of orchestrations, and no app does.</summary>
    private static readonly string[] FieldsOfHost = ["state", "functionType", "instanceId", "reason"];

    [Fact]
    public async Task Queries_name_only_columns_that_their_tables_have()
    {
        foreach (var query in await QueriesAsync())
        {
            var bare = Strings().Replace(query, "");
            var tables = Columns.Keys.Where(table => Regex.IsMatch(bare, $@"\b{table}\b")).ToList();
            var made = Made().Matches(bare).Select(match => match.Groups[1].Value);
            var known = tables.SelectMany(table => Columns[table].Keys).Concat(tables).Concat(made).Concat(Words).ToHashSet();

            Assert.NotEmpty(tables);
            Assert.Empty(Identifiers().Matches(bare).Select(match => match.Value).Where(word => !known.Contains(word)).Select(word => $"{word} in: {query}"));
        }
    }

    [Fact]
    public void Columns_are_filled_from_what_is_exported()
    {
        var duration = Metrics("http.server.request.duration").First();
        Assert.All(Columns["AppMetrics"].Values.OfType<string>(), field => Assert.NotNull(Metric(duration)[field]));
        Assert.All(Columns["AppTraces"].Values.OfType<string>(), field => Assert.NotNull(Traces().First()[field]));
        var step = Spans("function FulfilOrder").First();
        Assert.All(Columns["AppDependencies"].Values.OfType<string>(), field => Assert.NotNull(step[field]));
    }

    [Fact]
    public async Task Metrics_that_are_asked_for_are_exported_with_the_properties_that_are_asked_for()
    {
        foreach (var query in await QueriesAsync("AppMetrics"))
        {
            foreach (var name in MetricNames().Matches(query).Select(match => match.Value.Trim('"')))
            {
                Assert.NotEmpty(Metrics(name));
                var properties = Metrics(name).SelectMany(data => data["properties"]?.AsObject().Select(pair => pair.Key) ?? []).ToHashSet();
                Assert.All(Properties().Matches(query).Select(match => match.Groups[1].Value), property => Assert.Contains(property, properties));
            }
        }
    }

    [Fact]
    public async Task Gauges_have_a_sum_and_an_order_is_found_by_its_route()
    {
        Assert.All(["commerce.delivery.parked", "commerce.delivery.waiting", "commerce.delivery.breaker", "commerce.audit.differences"],
            name => Assert.Equal(0, Metric(Metrics(name).Last())["value"]!.GetValue<double>()));

        var routes = typeof(CommerceDatabase).Assembly.GetTypes().SelectMany(type => type.GetMethods()).SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()?.Route).OfType<string>().Select(route => "api/" + route).ToHashSet();
        var asked = (await QueriesAsync()).SelectMany(query => Routes().Matches(query)).Select(match => match.Value.Trim('"')).Distinct().ToList();
        Assert.Equal(2, asked.Count);
        Assert.Empty(asked.Except(routes));
        Assert.Contains(Metrics("http.server.request.duration"), data =>
            data["properties"]!["http.route"]!.GetValue<string>() == "api/users/{userId}/orders"
            && data["properties"]!["http.response.status_code"]!.GetValue<string>() == "201"
            && data["properties"]!["http.request.method"]!.GetValue<string>() == "POST");
    }

    /// <summary>A line of the app has its category, and each value under the name that its message gives it.</summary>
    [Fact]
    public async Task Lines_of_the_log_are_found_by_category_and_value()
    {
        var line = Assert.Single(Traces(), data => data["properties"]?["EventId"] is not null && data["properties"]?["Reason"] is not null)["properties"]!;
        Assert.Equal("Commerce.Functions.Delivery.EventDispatcher", line["CategoryName"]!.GetValue<string>());

        foreach (var query in await QueriesAsync("AppTraces"))
        {
            var fields = Properties().Matches(query).Select(match => match.Groups[1].Value).Except(FieldsOfHost).Except(["CategoryName"]).ToList();
            if (fields.Count == 0)
                continue;
            var category = Regex.Match(query, @"""CategoryName""\] == ""([\w.]+)""").Groups[1].Value;
            var messages = typeof(CommerceDatabase).Assembly.GetType(category, throwOnError: true)!
                .GetMethods(BindingFlags.NonPublic | BindingFlags.Instance)
                .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Message ?? "");
            Assert.All(fields, field => Assert.Contains(messages, message => message.Contains($"{{{field}}}", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void The_host_names_state_and_type_of_an_orchestration_that_failed()
    {
        var extension = typeof(Microsoft.Azure.Functions.Worker.OrchestrationTriggerAttribute).Assembly.GetCustomAttribute<ExtensionInformationAttribute>()!;
        Assert.Equal(("Microsoft.Azure.WebJobs.Extensions.DurableTask", Metadata.DurableTaskHostVersion), (extension.ExtensionPackage, extension.ExtensionVersion));

        var message = Assert.Single(UserStrings(Metadata.DurableTaskHostPath), text => text.Contains("failed with an error. Reason:", StringComparison.Ordinal));
        Assert.All(FieldsOfHost, field => Assert.Contains($"{{{field}}}", message, StringComparison.Ordinal));
    }

    [Fact]
    public void No_trace_is_left_out_unless_a_share_is_asked_for() => Assert.Equal(TelemetryExport.Reads, Spans("function ListProducts").Count());

    /// <summary>The worker's defaults give themselves away by this; they also tell the host not to export the worker's lines again.</summary>
    [Fact]
    public void The_worker_speaks_for_itself() => Assert.All(
        export.Items, item => Assert.StartsWith("dotnetiso:", item["tags"]!["ai.internal.sdkVersion"]!.GetValue<string>(), StringComparison.Ordinal));

    [Fact]
    public void Nothing_is_sent_that_only_costs()
    {
        var meters = export.Items.Where(item => item["data"]!["baseType"]!.GetValue<string>() == "MetricData")
            .Select(item => Metric(item["data"]!["baseData"]!.AsObject())["name"]!.GetValue<string>())
            .Where(name => name.StartsWith("http.", StringComparison.Ordinal) || name.StartsWith("kestrel.", StringComparison.Ordinal) || name.StartsWith("aspnetcore.", StringComparison.Ordinal))
            .Distinct();
        Assert.Equal(["http.server.request.duration"], meters);
        // A request is told of by the host, once.
        Assert.DoesNotContain(export.Items, item => item["data"]!["baseType"]!.GetValue<string>() == "RequestData");
    }

    [Fact]
    public async Task The_verdict_of_the_books_stands_until_the_next_and_its_absence_is_told()
    {
        var rules = (await Deployment.ProdAsync()).Of("Microsoft.Insights/scheduledQueryRules").ToDictionary(rule => rule["properties"]!["displayName"]!.GetValue<string>());

        var difference = rules["audit-difference"]["properties"]!;
        Assert.Equal(("P1D", "P2D"), (difference["windowSize"]!.GetValue<string>(), difference["overrideQueryTimeRange"]!.GetValue<string>()));
        Assert.Contains("arg_max(TimeGenerated, Sum)", difference["criteria"]!["allOf"]![0]!["query"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(rules["audit-missing"]["properties"]!["enabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_stand_by_may_be_silent()
    {
        var standby = await Deployment.OfAsync(new() { ["AZURE_ENV_NAME"] = "standby", ["COMMERCE_TIER"] = "prod", ["COMMERCE_STANDBY"] = "true" });

        var silent = standby.Of("Microsoft.Insights/scheduledQueryRules").Where(rule => !rule["properties"]!["enabled"]!.GetValue<bool>());
        Assert.Equal(["telemetry-missing"], silent.Select(rule => rule["properties"]!["displayName"]!.GetValue<string>()));
        Assert.Empty(standby.Of("Microsoft.Insights/webtests"));
        Assert.False(standby.The("Microsoft.Web/sites")["properties"]!["enabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Each_alert_has_its_place_in_the_runbook()
    {
        var headings = Regex.Matches(Metadata.Read("docs/operations.md"), "^### ([a-z-]+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value);
        var prod = await Deployment.ProdAsync();
        var alerts = prod.Of("Microsoft.Insights/scheduledQueryRules").Concat(prod.Of("Microsoft.Insights/metricAlerts"))
            .Select(rule => rule["name"]!.GetValue<string>().Replace("-commerce-prodeu1", "", StringComparison.Ordinal));

        Assert.Equal(alerts.Order(), headings.Order());
    }

    /// <summary>The queries of alerts, workbook and runbook that name a table.</summary>
    private static async Task<IReadOnlyList<string>> QueriesAsync(string table = "")
    {
        var prod = await Deployment.ProdAsync();
        var alerts = prod.Of("Microsoft.Insights/scheduledQueryRules").Select(rule => rule["properties"]!["criteria"]!["allOf"]![0]!["query"]!.GetValue<string>());
        var workbook = JsonNode.Parse(prod.The("Microsoft.Insights/workbooks")["properties"]!["serializedData"]!.GetValue<string>())!["items"]!.AsArray()
            .Select(item => item!["content"]!["query"]?.GetValue<string>()).OfType<string>();
        var runbook = Regex.Matches(Metadata.Read("docs/operations.md"), "kql '([^']+)'").Select(match => match.Groups[1].Value);
        var queries = alerts.Concat(workbook).Concat(runbook).Where(query => query.Contains(table, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(queries);
        return queries;
    }

    private IEnumerable<JsonObject> Metrics(string name) => Data("MetricData").Where(data => Metric(data)["name"]!.GetValue<string>() == name);

    private IEnumerable<JsonObject> Spans(string name) => Data("RemoteDependencyData").Where(data => data["name"]!.GetValue<string>() == name);

    private IEnumerable<JsonObject> Traces() => Data("MessageData");

    private IEnumerable<JsonObject> Data(string type) => export.Items
        .Where(item => item["data"]!["baseType"]!.GetValue<string>() == type)
        .Select(item => item["data"]!["baseData"]!.AsObject());

    private static JsonObject Metric(JsonObject data) => data["metrics"]![0]!.AsObject();

    private static List<string> UserStrings(string assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        var metadata = image.GetMetadataReader();
        var texts = new List<string>();
        for (var handle = MetadataTokens.UserStringHandle(0); !handle.IsNil || texts.Count == 0; handle = metadata.GetNextHandle(handle))
            texts.Add(metadata.GetUserString(handle));
        return texts;
    }

    [GeneratedRegex(@"""[^""]*""")]
    private static partial Regex Strings();

    [GeneratedRegex(@"\b([A-Z]\w*) =(?!=)")]
    private static partial Regex Made();

    [GeneratedRegex(@"\b[A-Za-z_]\w*\b")]
    private static partial Regex Identifiers();

    [GeneratedRegex(@"Properties\[""([^""]+)""\]")]
    private static partial Regex Properties();

    [GeneratedRegex(@"""(commerce\.[\w.]+|http\.server\.[\w.]+)""")]
    private static partial Regex MetricNames();

    [GeneratedRegex(@"""api/[^""]+""")]
    private static partial Regex Routes();
}
