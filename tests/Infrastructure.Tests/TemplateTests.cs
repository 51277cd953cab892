using System.Reflection;
using System.Text.Json.Nodes;
using Commerce.Functions.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Infrastructure.Tests;

/// <summary>What the templates must say, read from their compiled form, and where they must agree with the code.</summary>
public class TemplateTests
{
    [Theory]
    [InlineData("main.bicep")]
    [InlineData("main.bicepparam")]
    public async Task Lints_without_a_finding(string file)
    {
        var run = await BicepCli.RunAsync("lint", file);

        Assert.Equal((0, "", ""), (run.ExitCode, run.Errors, run.Output.Trim()));
    }

    [Theory]
    [InlineData("dev", "serverless")]
    [InlineData("prod", "autoscale")]
    public async Task Each_tier_compiles_to_parameters(string tier, string capacity)
    {
        var run = await BicepCli.RunAsync(new() { ["COMMERCE_TIER"] = tier }, ["build-params", "main.bicepparam", "--stdout"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        var parameters = JsonNode.Parse(JsonNode.Parse(run.Output)!["parametersJson"]!.GetValue<string>())!["parameters"]!;
        Assert.Equal(capacity, parameters["cosmosCapacity"]!["value"]!.GetValue<string>());
    }

    [Fact]
    public void Containers_are_those_of_the_code()
    {
        var declared = JsonNode.Parse(File.ReadAllText(Path.Combine(BicepCli.Folder, "modules", "containers.json")))!.AsArray()
            .Select(container => Describe(
                container!["name"]!.GetValue<string>(),
                container["partitionKey"]!.GetValue<string>(),
                container["indexedPaths"]!.AsArray().Select(path => path!.GetValue<string>()),
                container["defaultTtl"]?.GetValue<int>()));

        var used = CommerceDatabase.All.Select(container => Describe(
            container.Name, container.PartitionKeyPath, container.IndexedPaths, container.Properties().DefaultTimeToLive));

        Assert.Equal(used.Order(), declared.Order());
    }

    [Fact]
    public async Task Containers_are_made_from_the_checked_list()
    {
        var containers = Assert.Single(await ResourcesAsync("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"));

        Assert.Contains("variables('containers')", containers["copy"]!["count"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(CommerceDatabase.Name, (await ModuleAsync("Microsoft.DocumentDB/databaseAccounts"))["variables"]!["databaseName"]!.GetValue<string>());
    }

    [Fact]
    public async Task Queues_are_those_of_the_triggers_and_bindings()
    {
        var methods = typeof(CommerceDatabase).Assembly.GetTypes().SelectMany(type => type.GetMethods()).ToList();
        var triggers = methods.SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<ServiceBusTriggerAttribute>()?.QueueName);
        var outputs = methods.Select(method => method.GetCustomAttribute<ServiceBusOutputAttribute>()?.QueueOrTopicName);
        var used = triggers.Concat(outputs).OfType<string>().Distinct().Order().ToList();

        var declared = (await ResourcesAsync("Microsoft.ServiceBus/namespaces/queues"))
            .Select(queue => queue["name"]!.GetValue<string>().Split('\'')[^2])
            .Order();

        Assert.NotEmpty(used);
        Assert.Equal(used, declared);
    }

    [Fact]
    public async Task Queues_keep_what_cannot_be_delivered_and_promise_nothing_about_duplicates()
    {
        var queue = Assert.Single(await ResourcesAsync("Microsoft.ServiceBus/namespaces/queues"))["properties"]!;

        Assert.True(queue["deadLetteringOnMessageExpiration"]!.GetValue<bool>());
        // Messages of the output binding have ids of their own: it would never find one.
        Assert.Null(queue["requiresDuplicateDetection"]);
        Assert.Equal(10, queue["maxDeliveryCount"]!.GetValue<int>());
    }

    [Fact]
    public void Alerts_ask_for_measurements_that_the_code_makes()
    {
        // A static constructor makes a class's instruments; the listener hears of all there are.
        foreach (var type in typeof(CommerceDatabase).Assembly.GetTypes().Where(type => type.TypeInitializer is not null && !type.ContainsGenericParameters))
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        var made = new List<string>();
        using var listener = new System.Diagnostics.Metrics.MeterListener { InstrumentPublished = (instrument, _) => made.Add(instrument.Name) };
        listener.Start();

        var asked = System.Text.RegularExpressions.Regex
            .Matches(File.ReadAllText(Path.Combine(BicepCli.Folder, "modules", "alerts.bicep")), @"Name == ""(?<name>commerce\.[\w.]+)""")
            .Select(match => match.Groups["name"].Value)
            .ToList();

        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(made));
    }

    [Fact]
    public async Task No_service_accepts_keys_or_old_tls()
    {
        var storage = Assert.Single(await ResourcesAsync("Microsoft.Storage/storageAccounts"))["properties"]!;
        Assert.False(storage["allowSharedKeyAccess"]!.GetValue<bool>());
        Assert.False(storage["allowBlobPublicAccess"]!.GetValue<bool>());
        Assert.Equal("TLS1_2", storage["minimumTlsVersion"]!.GetValue<string>());

        var cosmos = Assert.Single(await ResourcesAsync("Microsoft.DocumentDB/databaseAccounts"))["properties"]!;
        Assert.True(cosmos["disableLocalAuth"]!.GetValue<bool>());
        Assert.Equal("Tls12", cosmos["minimalTlsVersion"]!.GetValue<string>());
        Assert.Equal("Continuous", cosmos["backupPolicy"]!["type"]!.GetValue<string>());

        var serviceBus = Assert.Single(await ResourcesAsync("Microsoft.ServiceBus/namespaces"))["properties"]!;
        Assert.True(serviceBus["disableLocalAuth"]!.GetValue<bool>());
        Assert.Equal("1.2", serviceBus["minimumTlsVersion"]!.GetValue<string>());

        var app = Assert.Single(await ResourcesAsync("Microsoft.Web/sites"))["properties"]!;
        Assert.True(app["httpsOnly"]!.GetValue<bool>());
        Assert.Equal("1.2", app["siteConfig"]!["minTlsVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Whoever_can_be_reached_from_outside_says_so()
    {
        string[] types =
        [
            "Microsoft.Storage/storageAccounts", "Microsoft.DocumentDB/databaseAccounts", "Microsoft.ServiceBus/namespaces",
            "Microsoft.KeyVault/vaults", "Microsoft.Web/sites",
        ];
        foreach (var type in types)
        {
            var resource = Assert.Single(await ResourcesAsync(type));
            Assert.Equal("Enabled", resource["properties"]!["publicNetworkAccess"]?.GetValue<string>());
        }
    }

    [Fact]
    public async Task The_identity_has_these_rights_and_no_others()
    {
        string[] allowed =
        [
            "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", // Storage Blob Data Owner
            "974c5e8b-45b9-4653-ba55-5f855dd0c8e8", // Storage Queue Data Contributor
            "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", // Storage Table Data Contributor
            "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39", // Service Bus Data Sender
            "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0", // Service Bus Data Receiver
            "4633458b-17de-408a-b874-0445c86b69e6", // Key Vault Secrets User
            "3913510d-42f4-4e42-8a64-420c390055eb", // Monitoring Metrics Publisher
            "0ad04412-c4d5-4796-b79c-f76d14c8d402", // Durable Task Data Contributor
        ];
        var text = (await BicepCli.TemplateAsync()).ToJsonString();
        var ids = System.Text.RegularExpressions.Regex.Matches(text, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
            .Select(match => match.Value)
            .Where(id => !id.StartsWith("00000000", StringComparison.Ordinal))
            .Distinct();

        Assert.Equal(allowed.Order(), ids.Order());
        var assignments = await ResourcesAsync("Microsoft.Authorization/roleAssignments");
        Assert.All(assignments, assignment => Assert.NotNull(assignment["scope"] ?? assignment["properties"]!["scope"]));
    }

    [Fact]
    public async Task No_secret_leaves_or_stands_in_a_setting()
    {
        var text = (await BicepCli.TemplateAsync()).ToJsonString();

        Assert.DoesNotContain("listKeys", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("AccountKey=", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("SharedAccessKey", text, StringComparison.OrdinalIgnoreCase);
        Assert.All(Templates(await BicepCli.TemplateAsync()), template => Assert.All(
            template["outputs"]?.AsObject() ?? [],
            output => Assert.DoesNotContain("secure", output.Value!["type"]!.GetValue<string>(), StringComparison.OrdinalIgnoreCase)));
    }

    private static string Describe(string name, string partitionKey, IEnumerable<string> indexedPaths, int? ttl) =>
        $"{name} by {partitionKey}, indexes {string.Join(' ', indexedPaths.Order())}, ttl {ttl}";

    private static async Task<JsonObject> ModuleAsync(string type) =>
        Templates(await BicepCli.TemplateAsync()).Single(template => Resources(template).Any(resource => TypeOf(resource) == type));

    private static async Task<List<JsonObject>> ResourcesAsync(string type) =>
        [.. Templates(await BicepCli.TemplateAsync()).SelectMany(Resources).Where(resource => TypeOf(resource) == type)];

    private static string? TypeOf(JsonObject resource) => resource["type"]?.GetValue<string>();

    /// <summary>The template itself and those of its modules.</summary>
    private static IEnumerable<JsonObject> Templates(JsonObject template) =>
        Resources(template)
            .Where(resource => TypeOf(resource) == "Microsoft.Resources/deployments")
            .SelectMany(module => Templates(module["properties"]!["template"]!.AsObject()))
            .Prepend(template);

    private static IEnumerable<JsonObject> Resources(JsonObject template) => template["resources"] switch
    {
        JsonObject named => named.Select(pair => pair.Value!.AsObject()),
        JsonArray list => list.Select(resource => resource!.AsObject()),
        _ => [],
    };
}
