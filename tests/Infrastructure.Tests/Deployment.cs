using System.Text.Json.Nodes;

namespace Infrastructure.Tests;

/// <summary>
/// What the templates would create for an environment: every expression evaluated by the Bicep CLI, but for what only Azure knows, which
/// stays an expression in brackets.
/// </summary>
internal sealed class Deployment(JsonArray resources)
{
    private const string Subscription = "11111111-1111-1111-1111-111111111111";

    /// <summary>What every deployment must be told.</summary>
    public static IReadOnlyDictionary<string, string> Needed { get; } = new Dictionary<string, string>
    {
        ["AUTH_ISSUER"] = "https://issuer.example/tenant",
        ["AUTH_AUDIENCE"] = "commerce",
    };

    private static readonly Lazy<Task<Deployment>> LazyDev = new(() => OfAsync(new() { ["AZURE_ENV_NAME"] = "dev" }));

    private static readonly Lazy<Task<Deployment>> LazyProd = new(() => OfAsync(new()
    {
        ["AZURE_ENV_NAME"] = "Prod_EU.(1)-",
        ["COMMERCE_TIER"] = "prod",
        ["COMMERCE_SECOND_LOCATION"] = "japaneast",
        ["COMMERCE_DURABLE_BACKEND"] = "scheduler",
        ["COMMERCE_PRIVATE_NETWORK"] = "true",
        ["OPERATORS_GROUP_ID"] = "22222222-2222-2222-2222-222222222222",
        ["MONTHLY_BUDGET"] = "500",
        ["ALERT_EMAIL"] = "operators@example.com",
        ["DATA_PLATFORM_URL"] = "https://platform.example/events",
        ["DATA_PLATFORM_KEY_ROTATION"] = "true",
    }));

    /// <summary>Nothing set but the name.</summary>
    public static Task<Deployment> DevAsync() => LazyDev.Value;

    /// <summary>Everything that can be switched on is.</summary>
    public static Task<Deployment> ProdAsync() => LazyProd.Value;

    public IReadOnlyList<JsonObject> Resources { get; } = [.. resources.Select(resource => resource!.AsObject())];

    /// <summary>The one resource of a type.</summary>
    public JsonObject The(string type) => Assert.Single(Of(type));

    public IEnumerable<JsonObject> Of(string type) => Resources.Where(resource => resource.Text("type") == type);

    public IReadOnlyDictionary<string, string> AppSettings() => The("Microsoft.Web/sites/config")["properties"]!.AsObject()
        .ToDictionary(setting => setting.Key, setting => setting.Value!.GetValue<string>());

    /// <summary>What is created with these environment variables, those that must be set, and no others.</summary>
    public static Task<Deployment> OfAsync(Dictionary<string, string> environment) => SnapshotAsync(
        environment.Concat(Needed.Where(needed => !environment.ContainsKey(needed.Key))).ToDictionary(), "infra/bicep/main.bicepparam", []);

    /// <summary>What a file of parameters would create, which may be one that a test lays beside a copy of the templates.</summary>
    /// <exception cref="InvalidOperationException">The templates refuse the parameters.</exception>
    public static async Task<Deployment> SnapshotAsync(
        Dictionary<string, string> environment, string parameters, IEnumerable<(string Path, string Text)> files)
    {
        // The CLI writes its answer beside the parameters, and templates read files of the repository.
        var folder = Directory.CreateTempSubdirectory("bicep-").FullName;
        try
        {
            Copy("infra/bicep", folder);
            File.Copy(Path.Combine(Metadata.Root, "host.scheduler.json"), Path.Combine(folder, "host.scheduler.json"));
            foreach (var (path, text) in files)
                await File.WriteAllTextAsync(Path.Combine(folder, path), text);
            var file = Path.Combine(folder, parameters);
            var run = await BicepCli.RunAsync(
                environment, ["snapshot", file, "--mode", "overwrite", "--subscription-id", Subscription, "--location", "koreacentral"]);
            if (run.ExitCode != 0)
                throw new InvalidOperationException(run.Errors);
            var snapshot = await File.ReadAllTextAsync(Path.ChangeExtension(file, "snapshot.json"));
            return new(JsonNode.Parse(snapshot)!["predictedResources"]!.AsArray());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Copy(string path, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Metadata.Root, path), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Metadata.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
