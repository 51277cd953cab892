using System.Text.Json.Nodes;

namespace Infrastructure.Tests;

/// <summary>The host.json of each backend, and which of them goes into a package.</summary>
public class HostJsonTests
{
    [Fact]
    public void The_files_of_the_two_backends_differ_in_the_storage_provider_only()
    {
        var (storage, scheduler) = (Read("host.json"), Read("host.scheduler.json"));
        Assert.Equal("AzureStorage", Take(storage).Text("type"));
        Assert.Equal("azureManaged", Take(scheduler).Text("type"));

        Assert.True(JsonNode.DeepEquals(storage, scheduler));
    }

    /// <summary>Reasons and prices are in docs/operations.md.</summary>
    [Fact]
    public void Durable_looks_often_enough_and_gives_a_dead_workers_messages_away_soon()
    {
        var provider = Take(Read("host.json"));

        Assert.Equal(TimeSpan.FromMilliseconds(500), Time("maxQueuePollingInterval"));
        // The smallest that the host accepts.
        Assert.Equal(TimeSpan.FromMinutes(1), Time("controlQueueVisibilityTimeout"));
        Assert.Equal(TimeSpan.FromMinutes(1), Time("workItemQueueVisibilityTimeout"));
        Assert.InRange(provider["partitionCount"]!.GetValue<int>(), 1, 16);

        TimeSpan Time(string name) => TimeSpan.Parse(provider[name]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_scheduler_is_given_the_hub_that_the_package_asks_for()
    {
        var prod = await Deployment.ProdAsync();
        var durable = Read("host.scheduler.json")["extensions"]!["durableTask"]!;
        var hub = durable.Text("hubName");

        Assert.EndsWith("/" + hub, prod.The("Microsoft.DurableTask/schedulers/taskHubs").Text("name"), StringComparison.Ordinal);
        Assert.Contains(durable.Text("storageProvider/connectionStringName"), prod.AppSettings().Keys);
        Assert.DoesNotContain("DURABLE_TASK_SCHEDULER_CONNECTION_STRING", (await Deployment.DevAsync()).AppSettings().Keys);
    }

    /// <summary>One setting decides what is deployed and what is packed, so that a package never lacks its backend's provider.</summary>
    [Theory]
    [InlineData(null, "host.json", false)]
    [InlineData("", "host.json", false)]
    [InlineData("storage", "host.json", false)]
    [InlineData("scheduler", "host.scheduler.json", true)]
    public async Task A_package_has_the_provider_and_the_file_of_its_backend(string? backend, string file, bool hasProvider)
    {
        var build = await EvaluateAsync(backend);

        Assert.Equal(file, build.Text("Properties/HostJson"));
        var packages = build["Items"]!["PackageReference"]!.AsArray().Select(package => package!.Text("Identity"));
        Assert.Equal(hasProvider, packages.Contains("Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged"));
        var packed = Assert.Single(build["Items"]!["None"]!.AsArray(), item => item!["Link"]?.GetValue<string>() == "host.json");
        Assert.Equal(file, Path.GetFileName(packed!.Text("Identity")));
        Assert.Contains("COMMERCE_DURABLE_BACKEND", Metadata.Read("infra/bicep/main.bicepparam"), StringComparison.Ordinal);
    }

    /// <summary>The project as a build with this environment sees it; azd hands its own on.</summary>
    private static async Task<JsonNode> EvaluateAsync(string? backend) => JsonNode.Parse(await AppProject.EvaluateAsync(
        ["-getProperty:HostJson", "-getItem:PackageReference", "-getItem:None"],
        environment =>
        {
            environment["COMMERCE_DURABLE_BACKEND"] = backend;
            environment.Remove("DurableBackend");
        }))!;

    private static JsonObject Read(string file) => JsonNode.Parse(Metadata.Read(file))!.AsObject();

    /// <summary>The storage provider, taken out of the file.</summary>
    private static JsonObject Take(JsonObject file)
    {
        var durable = file["extensions"]!["durableTask"]!.AsObject();
        var provider = durable["storageProvider"]!.AsObject();
        durable.Remove("storageProvider");
        return provider;
    }
}
