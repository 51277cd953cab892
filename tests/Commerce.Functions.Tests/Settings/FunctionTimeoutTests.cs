using System.Text.Json.Nodes;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Ranking;
using Commerce.Functions.Settings;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Tests.Settings;

/// <summary>Settings that contradict each other are refused, and both are named.</summary>
public sealed class FunctionTimeoutTests
{
    [Theory]
    [InlineData("Orders:WaitSeconds", "60")]
    [InlineData("Ranking:SliceSeconds", "120")]
    [InlineData("Ranking:SliceSeconds", "240", "AzureFunctionsJobHost:functionTimeout", "00:09:00")]
    [InlineData("Ranking:SliceSeconds", "240", "AzureFunctionsJobHost:functionTimeout", "-1")]
    [InlineData("DataPlatform:TimeoutSeconds", "100")]
    [InlineData("DataPlatform:ConnectionsMax", "25", "DataPlatform:TimeoutSeconds", "4")]
    [InlineData("DataPlatform:ConnectionsMax", "25", "DataPlatform:DrainPerSecond", "2")]
    public void What_goes_together_is_taken(params string[] settings) => Assert.Null(Problem(settings));

    [Theory]
    [InlineData("functionTimeout", "Orders:WaitSeconds", "60", "AzureFunctionsJobHost:functionTimeout", "00:01:30")]
    [InlineData("functionTimeout", "Ranking:SliceSeconds", "121")]
    [InlineData("functionTimeout", "Ranking:SliceSeconds", "30", "AzureFunctionsJobHost:functionTimeout", "00:01:59")]
    [InlineData("functionTimeout", "DataPlatform:TimeoutSeconds", "10", "DataPlatform:ConnectionsMax", "26")]
    [InlineData("DataPlatform:TimeoutSeconds", "DataPlatform:ConnectionsMax", "25")]
    [InlineData("Orders:InFlightMax", "Orders:InFlightPerProductMax", "2001", "Orders:InFlightMax", "2000")]
    [InlineData("24 new events", "DataPlatform:ConnectionsMax", "24")]
    [InlineData("an order is followed", "Orders:WaitSeconds", "61")]
    public void What_does_not_is_refused_and_both_are_named(string other, params string[] settings)
    {
        var problem = Problem(settings);
        Assert.Contains(settings[0], problem, StringComparison.Ordinal);
        Assert.Contains(other, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cosmos", "Cosmos:accountEndpoint", "https://shop.example/")]
    [InlineData("Cosmos", "Cosmos:clientId", "c0ffee")]
    public void So_it_is_with_the_database(string other, params string[] settings)
    {
        string[] local = ["Cosmos", LocalCosmos.ConnectionString];
        using var services = new ServiceCollection()
            .AddSingleton(Configuration([.. local, .. settings]))
            .AddCommerceDatabase()
            .BuildServiceProvider();
        var problem = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<CosmosClient>()).Message;
        Assert.Contains($"'{settings[0]}'", problem, StringComparison.Ordinal);
        Assert.Contains($"'{other}'", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8081/", ConnectionMode.Gateway)]
    [InlineData("https://cosmos:8081/", ConnectionMode.Gateway)]
    [InlineData("https://172.18.0.2:8081/", ConnectionMode.Gateway)]
    [InlineData("https://shop.documents.azure.com:443/", ConnectionMode.Direct)]
    public void An_emulator_is_asked_at_the_address_that_it_was_given(string endpoint, ConnectionMode mode)
    {
        var key = LocalCosmos.ConnectionString[LocalCosmos.ConnectionString.IndexOf("AccountKey", StringComparison.Ordinal)..];
        using var services = new ServiceCollection()
            .AddSingleton(Configuration(["Cosmos", $"AccountEndpoint={endpoint};{key}"]))
            .AddCommerceDatabase()
            .BuildServiceProvider();
        var options = services.GetRequiredService<CosmosClient>().ClientOptions;
        Assert.Equal((mode, mode == ConnectionMode.Gateway), (options.ConnectionMode, options.LimitToEndpoint));
    }

    [Fact]
    public void The_host_is_configured_as_the_code_takes_it_to_be()
    {
        var host = JsonNode.Parse(File.ReadAllText(FindUp("host.json")))!;
        var serviceBus = host["extensions"]!["serviceBus"]!;
        Assert.Equal(FunctionTimeout.Default, TimeSpan.Parse((string)host["functionTimeout"]!, null));
        // Fewer are sent at a time than messages are taken, or a platform that hangs would hold all of them up.
        Assert.True((int)serviceBus["maxConcurrentCalls"]! > EventDispatcher.SendingMax);
        // The extension's default. What takes longer the client gives up, and the hub goes on unheard.
        var call = TimeSpan.Parse((string?)host["extensions"]!["durableTask"]!["grpcHttpClientTimeout"] ?? "00:01:40", null);
        Assert.True(PurgeActivities.StepMax < PurgeActivities.CallMax && PurgeActivities.CallMax < call);
        // A message must not come again while it is still being worked on.
        Assert.True(TimeSpan.Parse((string)serviceBus["maxAutoLockRenewalDuration"]!, null) >= FunctionTimeout.Default);
    }

    /// <summary>Why the app does not start with so many names and values; null when it does.</summary>
    private static string? Problem(string[] settings)
    {
        var configuration = Configuration(settings);
        using var services = new ServiceCollection()
            .AddSingleton(configuration)
            .AddLogging()
            .AddOrders(configuration)
            .AddRanking(configuration)
            .AddDelivery(configuration)
            .BuildServiceProvider();
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return null;
        }
        catch (Exception wrong) when (wrong is OptionsValidationException or AggregateException)
        {
            return wrong.Message;
        }
    }

    private static IConfiguration Configuration(string[] settings)
    {
        var values = new Dictionary<string, string?>();
        foreach (var pair in settings.Chunk(2))
            values[pair[0]] = pair[1];
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    private static string FindUp(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, name)) || !File.Exists(Path.Combine(folder.FullName, "Commerce.sln")))
            folder = folder.Parent;
        return Path.Combine(folder.FullName, name);
    }
}
