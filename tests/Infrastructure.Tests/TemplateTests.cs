using System.Reflection;
using System.Text.Json.Nodes;
using Commerce.Functions.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Infrastructure.Tests;

/// <summary>What the templates must say, read from their compiled form, and where they must agree with the code.</summary>
public class TemplateTests
{
    [Fact]
    public async Task Templates_lint_without_a_finding() => AssertClean(await BicepCli.CompiledAsync());

    [Fact]
    public async Task Parameters_lint_without_a_finding() =>
        AssertClean(await BicepCli.CompileParametersAsync(BicepCli.PathOf("main.bicepparam")));

    [Theory]
    [InlineData("dev", "serverless")]
    [InlineData("prod", "autoscale")]
    public async Task Each_tier_compiles_to_parameters(string tier, string capacity)
    {
        var parameters = await Deployment.ParametersAsync(new() { ["COMMERCE_TIER"] = tier });

        Assert.Equal(capacity, parameters.Text("cosmosCapacity/value"));
    }

    /// <summary>Pipelines set what nobody has set to an empty text.</summary>
    [Fact]
    public async Task A_variable_that_is_empty_counts_as_not_set()
    {
        var variables = Metadata.DeploymentVariables().ToDictionary(name => name, _ => "");
        variables["AZURE_ENV_NAME"] = "dev";
        foreach (var (name, value) in Deployment.Needed)
            variables[name] = value;

        var empty = await Deployment.OfAsync(variables);

        Assert.Equal(Ids(await Deployment.DevAsync()), Ids(empty));
    }

    [Fact]
    public void Containers_are_those_of_the_code()
    {
        var declared = JsonNode.Parse(File.ReadAllText(Path.Combine(BicepCli.Folder, "modules", "containers.json")))!.AsArray()
            .OfType<JsonNode>()
            .Select(container => Describe(
                container.Text("name"),
                container.Text("partitionKey"),
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

        Assert.Contains("variables('containers')", containers.Text("copy/count"), StringComparison.Ordinal);
        Assert.Equal(CommerceDatabase.Name, (await ModuleAsync("Microsoft.DocumentDB/databaseAccounts")).Text("variables/databaseName"));
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
            .Select(queue => queue.Text("name").Split('\'')[^2])
            .Order();

        Assert.NotEmpty(used);
        Assert.Equal(used, declared);
    }

    [Fact]
    public async Task Queues_keep_what_cannot_be_delivered_and_promise_nothing_about_duplicates()
    {
        var queue = Assert.Single(await ResourcesAsync("Microsoft.ServiceBus/namespaces/queues"))["properties"]!;

        Assert.True(queue.Flag("deadLetteringOnMessageExpiration"));
        // Messages of the output binding have ids of their own: it would never find one.
        Assert.Null(queue["requiresDuplicateDetection"]);
        Assert.Equal(10, queue["maxDeliveryCount"]!.GetValue<int>());
    }

    [Fact]
    public async Task No_service_accepts_keys_or_old_tls()
    {
        foreach (var deployment in new[] { await Deployment.DevAsync(), await Deployment.ProdAsync() })
        {
            JsonNode Of(string type) => deployment.The(type)["properties"]!;
            Assert.False(Of("Microsoft.Storage/storageAccounts").Flag("allowSharedKeyAccess"));
            Assert.False(Of("Microsoft.Storage/storageAccounts").Flag("allowBlobPublicAccess"));
            Assert.Equal("TLS1_2", Of("Microsoft.Storage/storageAccounts").Text("minimumTlsVersion"));
            Assert.True(Of("Microsoft.DocumentDB/databaseAccounts").Flag("disableLocalAuth"));
            Assert.Equal("Tls12", Of("Microsoft.DocumentDB/databaseAccounts").Text("minimalTlsVersion"));
            Assert.True(Of("Microsoft.ServiceBus/namespaces").Flag("disableLocalAuth"));
            Assert.Equal("1.2", Of("Microsoft.ServiceBus/namespaces").Text("minimumTlsVersion"));
            Assert.True(Of("Microsoft.Web/sites").Flag("httpsOnly"));
            Assert.Equal("1.2", Of("Microsoft.Web/sites").Text("siteConfig/minTlsVersion"));
        }
    }

    [Fact]
    public async Task A_private_network_closes_everything_but_the_app()
    {
        string[] closed =
        [
            "Microsoft.Storage/storageAccounts", "Microsoft.DocumentDB/databaseAccounts", "Microsoft.ServiceBus/namespaces",
            "Microsoft.KeyVault/vaults",
        ];
        var open = await Deployment.DevAsync();
        var shut = await Deployment.ProdAsync();

        Assert.All(closed, type => Assert.Equal(("Enabled", "Disabled"), (Access(open, type), Access(shut, type))));
        Assert.Equal("Enabled", Access(shut, "Microsoft.Web/sites"));
        Assert.Empty(open.Of("Microsoft.Network/privateEndpoints"));
        var groups = shut.Of("Microsoft.Network/privateEndpoints")
            .Select(endpoint => endpoint.Text("properties/privateLinkServiceConnections/0/properties/groupIds/0"));
        Assert.Equal(["Sql", "blob", "namespace", "queue", "table", "vault"], groups.Order(StringComparer.Ordinal));
        Assert.Equal(groups.Count(), shut.Of("Microsoft.Network/privateDnsZones").Count());
        Assert.Equal("Premium", shut.The("Microsoft.ServiceBus/namespaces").Text("sku/name"));
        var subnet = shut.The("Microsoft.Web/sites").Text("properties/virtualNetworkSubnetId");
        Assert.EndsWith("/subnets/app", subnet, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_outlives_a_zone_and_its_data_a_region_and_a_slip_of_the_hand()
    {
        var prod = await Deployment.ProdAsync();
        var cosmos = prod.The("Microsoft.DocumentDB/databaseAccounts")["properties"]!;

        Assert.True(prod.The("Microsoft.Web/serverfarms").Flag("properties/zoneRedundant"));
        Assert.Equal("Standard_ZRS", prod.The("Microsoft.Storage/storageAccounts").Text("sku/name"));
        Assert.Equal(3, prod.The("Microsoft.DurableTask/schedulers")["properties"]!["sku"]!["capacity"]!.GetValue<int>());
        Assert.Equal(["koreacentral", "japaneast"], cosmos["locations"]!.AsArray().Select(place => place!.Text("locationName")));
        Assert.True(cosmos.Flag("locations/0/isZoneRedundant"));
        Assert.True(cosmos.Flag("enableAutomaticFailover"));
        Assert.False(cosmos.Flag("enableMultipleWriteLocations"));
        Assert.Equal("Continuous", cosmos.Text("backupPolicy/type"));
        Assert.Equal("CanNotDelete", prod.The("Microsoft.Authorization/locks").Text("properties/level"));
        Assert.Equal(500, prod.The("Microsoft.Consumption/budgets")["properties"]!["amount"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_a_reason()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Deployment.OfAsync(new() { ["COMMERCE_TIER"] = "dev", ["COMMERCE_SECOND_LOCATION"] = "japaneast" }));

        Assert.Contains("A serverless account has one region", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>An app that does not know whose tokens to take would not start.</summary>
    [Theory]
    [InlineData("AUTH_ISSUER")]
    [InlineData("AUTH_AUDIENCE")]
    public async Task A_deployment_that_does_not_say_who_signs_callers_in_is_refused(string variable)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Deployment.OfAsync(new() { ["AZURE_ENV_NAME"] = "dev", [variable] = "" }));

        Assert.Contains($"{variable} is not set", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hosts_own_administration_is_closed_to_the_world() =>
        Assert.True((await Deployment.DevAsync()).The("Microsoft.Web/sites").Flag("properties/functionsRuntimeAdminIsolationEnabled"));

    /// <summary>A restored account takes the place of ours and gets all that ours had; another environment's is only used.</summary>
    [Fact]
    public async Task The_database_can_be_a_restored_one_or_that_of_another_environment()
    {
        var restored = await Deployment.OfAsync(new() { ["AZURE_ENV_NAME"] = "dev", ["COMMERCE_COSMOS_ACCOUNT"] = "cosmos-restored" });
        var standby = await Deployment.OfAsync(new()
        {
            ["AZURE_ENV_NAME"] = "standby",
            ["COMMERCE_COSMOS_ACCOUNT"] = "cosmos-of-prod",
            ["COMMERCE_COSMOS_RESOURCE_GROUP"] = "rg-of-prod",
        });

        Assert.Equal("cosmos-restored", restored.The("Microsoft.DocumentDB/databaseAccounts").Text("name"));
        Assert.Empty(standby.Of("Microsoft.DocumentDB/databaseAccounts"));
        Assert.Empty(standby.Of("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"));
        var access = standby.The("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments").Text("id");
        Assert.Contains("/rg-of-prod/providers/Microsoft.DocumentDB/databaseAccounts/cosmos-of-prod/", access, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_serves_more_requests_than_wait_for_orders_by_default()
    {
        var scale = (await Deployment.DevAsync()).The("Microsoft.Web/sites")["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!;

        Assert.Equal(64, scale["triggers"]!["http"]!["perInstanceConcurrency"]!.GetValue<int>());
        // A host that is asked for more than it has of Service Bus is not scaled out: both numbers are in one place, the package.
        Assert.Null(scale["triggers"]!["serviceBus"]);
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
            output => Assert.DoesNotContain("secure", output.Value!.Text("type"), StringComparison.OrdinalIgnoreCase)));
    }

    private static void AssertClean(JsonObject compiled) =>
        Assert.Equal(("true", "[]"), (compiled["success"]!.ToJsonString(), compiled["diagnostics"]!.ToJsonString()));

    private static IEnumerable<string> Ids(Deployment deployment) => deployment.Resources.Select(resource => resource.Text("id"));

    private static string Access(Deployment deployment, string type) => deployment.The(type).Text("properties/publicNetworkAccess");

    private static string Describe(string name, string partitionKey, IEnumerable<string> indexedPaths, int? ttl) =>
        $"{name} by {partitionKey}, indexes {string.Join(' ', indexedPaths.Order())}, ttl {ttl}";

    private static async Task<JsonObject> ModuleAsync(string type) =>
        Templates(await BicepCli.TemplateAsync()).Single(template => Resources(template).Any(resource => IsMade(resource, type)));

    private static async Task<List<JsonObject>> ResourcesAsync(string type) =>
        [.. Templates(await BicepCli.TemplateAsync()).SelectMany(Resources).Where(resource => IsMade(resource, type))];

    private static bool IsMade(JsonObject resource, string type) => TypeOf(resource) == type && resource["existing"] is null;

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
