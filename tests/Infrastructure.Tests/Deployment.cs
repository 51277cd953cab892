using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

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
    /// <exception cref="InvalidOperationException">The templates refuse them.</exception>
    public static async Task<Deployment> OfAsync(Dictionary<string, string> environment)
    {
        using var folder = new TestFolder();
        return await PredictAsync(WriteParameters(folder, environment));
    }

    /// <summary>What a file of parameters and a template would create, which a test lays beside a copy of the templates.</summary>
    public static async Task<Deployment> OfFilesAsync(string parameters, string parametersText, string template, string templateText)
    {
        using var folder = new TestFolder();
        CopyTemplates(folder);
        folder.With(InFolder(template), templateText).With(InFolder(parameters), parametersText);
        return await PredictAsync(folder.File(InFolder(parameters)));
    }

    /// <summary>The parameters of an environment, compiled.</summary>
    public static async Task<JsonObject> ParametersAsync(Dictionary<string, string> environment)
    {
        using var folder = new TestFolder();
        var compiled = await BicepCli.CompileParametersAsync(WriteParameters(folder, environment));
        return JsonNode.Parse(compiled.Text("parameters"))!["parameters"]!.AsObject();
    }

    /// <summary>Copies the templates with the parameters as they are in an environment: one process asks for many of them.</summary>
    private static string WriteParameters(TestFolder folder, Dictionary<string, string> environment)
    {
        CopyTemplates(folder);
        var file = folder.File(InFolder("main.bicepparam"));
        var set = environment.Concat(Needed.Where(needed => !environment.ContainsKey(needed.Key)));
        var text = set.Aggregate(File.ReadAllText(file), (text, variable) =>
            Regex.Replace(text, $@"readEnvironmentVariable\('{variable.Key}'(, '[^']*')?\)", _ => Literal(variable.Value)));
        File.WriteAllText(file, text);
        return file;
    }

    private static async Task<Deployment> PredictAsync(string parameters) =>
        new((await BicepCli.SnapshotAsync(parameters, Subscription, "koreacentral"))["predictedResources"]!.AsArray());

    private static string InFolder(string file) => $"infra/bicep/{file}";

    private static string Literal(string value) =>
        $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static void CopyTemplates(TestFolder folder)
    {
        foreach (var file in Directory.EnumerateFiles(BicepCli.Folder, "*", SearchOption.AllDirectories))
            folder.With(Path.GetRelativePath(Metadata.Root, file), File.ReadAllText(file));
        // The templates read it.
        folder.With("host.scheduler.json", Metadata.Read("host.scheduler.json"));
    }
}
