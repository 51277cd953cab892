using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;
using Commerce.Functions.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Logging;

namespace Infrastructure.Tests;

/// <summary>What is asked for is there: queries compared with an export of the app, and with what the host says it logs.</summary>
public class TelemetryTests(TelemetryExport export) : IClassFixture<TelemetryExport>
{
    private const string Requests = "http.server.request.duration";

    /// <summary>The field of the export that Azure fills a column from; other columns come of the envelope.</summary>
    private static readonly Dictionary<string, string> FieldsOfMetrics =
        new() { ["Name"] = "name", ["Sum"] = "value", ["ItemCount"] = "count", ["Max"] = "max" };

    private static readonly Dictionary<string, string> FieldsOfTraces =
        new() { ["Message"] = "message", ["SeverityLevel"] = "severityLevel", ["Properties"] = "properties" };

    /// <summary>What the host logs of orchestrations, and no app does.</summary>
    private static readonly string[] FieldsOfHost = ["state", "functionType", "instanceId", "reason"];

    [Fact]
    public void Columns_are_filled_from_what_is_exported()
    {
        Assert.All(FieldsOfMetrics.Values, field => Assert.NotNull(Metric(Metrics(Requests).First())[field]));
        Assert.All(FieldsOfTraces.Values, field => Assert.NotNull(Traces().First()[field]));
        Assert.All(["name", "duration"], field => Assert.NotNull(Spans("function FulfilOrder").First()[field]));

        string[] ofEnvelope = ["TimeGenerated", "AppRoleInstance", "Properties"];
        Assert.Equal(AlertTests.Columns["AppMetrics"].Order(), FieldsOfMetrics.Keys.Concat(ofEnvelope).Order());
        Assert.Equal(AlertTests.Columns["AppTraces"].Order(), FieldsOfTraces.Keys.Append("TimeGenerated").Order());
    }

    [Fact]
    public async Task Metrics_that_are_asked_for_are_exported_with_the_properties_that_are_asked_for()
    {
        foreach (var query in await Queries.OfAsync("AppMetrics"))
        {
            foreach (var name in query.All(@"""(commerce\.[\w.]+|http\.server\.[\w.]+)"""))
            {
                Assert.NotEmpty(Metrics(name));
                var has = Metrics(name).SelectMany(data => data["properties"]?.AsObject() ?? []).Select(property => property.Key);
                Assert.Empty(Queries.Properties(query).Except(has));
            }
        }
    }

    [Fact]
    public async Task Gauges_have_a_sum_and_an_order_is_found_by_its_route()
    {
        Assert.All(
            ["commerce.delivery.parked", "commerce.delivery.waiting", "commerce.delivery.breaker", "commerce.audit.differences",
                "commerce.audit.age"],
            name => Assert.NotNull(Metric(Metrics(name).Last())["value"]));

        var asked = (await Queries.OfAsync()).SelectMany(query => query.All(@"""(api/[^""]+)""")).Distinct().ToList();
        Assert.Equal(2, asked.Count);
        Assert.Empty(asked.Select(route => "POST " + route).Except(Metadata.Routes()));
        Assert.Contains(Metrics(Requests).Select(data => data["properties"]!), properties =>
            properties.Text("http.route") == "api/users/{userId}/orders"
            && properties.Text("http.response.status_code") == "201"
            && properties.Text("http.request.method") == "POST");
    }

    /// <summary>A line of the app has its category, and each value under the name that its message gives it.</summary>
    [Fact]
    public async Task Lines_of_the_log_are_found_by_category_and_value()
    {
        var parked = Assert.Single(
            Traces(), data => data.Find("properties/EventId") is not null && data.Find("properties/Reason") is not null);
        Assert.Equal("Commerce.Functions.Delivery.EventDispatcher", parked.Text("properties/CategoryName"));

        foreach (var query in await Queries.OfAsync("AppTraces"))
        {
            var values = Queries.Properties(query).Except(FieldsOfHost).Except(["CategoryName"]).ToList();
            if (values.Count > 0)
                Assert.Empty(values.Except(ValuesOfMessages(Assert.Single(query.All(@"""CategoryName""\] == ""([\w.]+)""")))));
        }
    }

    [Fact]
    public void The_host_names_state_and_type_of_an_orchestration_that_failed()
    {
        var extension = typeof(OrchestrationTriggerAttribute).Assembly.GetCustomAttribute<ExtensionInformationAttribute>()!;
        Assert.Equal("Microsoft.Azure.WebJobs.Extensions.DurableTask", extension.ExtensionPackage);
        Assert.Equal(Metadata.DurableTaskHostVersion, extension.ExtensionVersion);

        var message = Assert.Single(
            UserStrings(Metadata.DurableTaskHostPath), text => text.Contains("failed with an error. Reason:", StringComparison.Ordinal));
        Assert.All(FieldsOfHost, field => Assert.Contains($"{{{field}}}", message, StringComparison.Ordinal));
    }

    [Fact]
    public void No_trace_is_left_out_unless_a_share_is_asked_for() =>
        Assert.Equal(TelemetryExport.Reads, Spans("function ListProducts").Count());

    /// <summary>The worker's defaults give themselves away by this; they also tell the host not to export the worker's lines.</summary>
    [Fact]
    public void The_worker_speaks_for_itself() => Assert.All(
        export.Items, item => Assert.StartsWith("dotnetiso:", item.Text("tags/ai.internal.sdkVersion"), StringComparison.Ordinal));

    [Fact]
    public void Nothing_is_sent_that_only_costs()
    {
        string[] runtime = ["http.", "kestrel.", "aspnetcore.", "dns.", "dotnet."];
        var names = Data("MetricData").Select(data => Metric(data).Text("name")).Distinct()
            .Where(name => runtime.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

        Assert.Equal([Requests], names);
        // A request is told of by the host, once.
        Assert.Empty(Data("RequestData"));
    }

    private static IEnumerable<string> ValuesOfMessages(string category) =>
        typeof(CommerceDatabase).Assembly.GetType(category, throwOnError: true)!
            .GetMethods(BindingFlags.NonPublic | BindingFlags.Instance)
            .SelectMany(method => (method.GetCustomAttribute<LoggerMessageAttribute>()?.Message ?? "").All(@"\{(\w+)"));

    private IEnumerable<JsonObject> Metrics(string name) => Data("MetricData").Where(data => Metric(data).Text("name") == name);

    private IEnumerable<JsonObject> Spans(string name) => Data("RemoteDependencyData").Where(data => data.Text("name") == name);

    private IEnumerable<JsonObject> Traces() => Data("MessageData");

    private IEnumerable<JsonObject> Data(string type) => export.Items
        .Where(item => item.Text("data/baseType") == type)
        .Select(item => item.At("data/baseData").AsObject());

    private static JsonObject Metric(JsonObject data) => data.At("metrics/0").AsObject();

    private static List<string> UserStrings(string assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        var metadata = image.GetMetadataReader();
        var texts = new List<string>();
        for (var handle = MetadataTokens.UserStringHandle(0); !handle.IsNil || texts.Count == 0; handle = metadata.GetNextHandle(handle))
            texts.Add(metadata.GetUserString(handle));
        return texts;
    }
}
