using System.Reflection;
using System.Text.RegularExpressions;
using Commerce.Functions.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Infrastructure.Tests;

/// <summary>Places and versions that the project file knows, and what several tests read out of the repository and the app.</summary>
internal static class Metadata
{
    private static readonly Dictionary<string, string> Values = typeof(Metadata).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(attribute => attribute.Key, attribute => attribute.Value!);

    public static string Root => Values["RepositoryRoot"];

    public static string BicepPath => Values["BicepPath"];

    public static string AppPath => Values["AppPath"];

    public static string DurableTaskHostPath => Values["DurableTaskHostPath"];

    public static string DurableTaskHostVersion => Values["DurableTaskHostVersion"];

    /// <summary>The command that runs .NET programs.</summary>
    public static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>A file of the repository by its path from the root.</summary>
    public static string Read(string path) => File.ReadAllText(PathOf(path));

    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>The environment variables that the parameters of a deployment are made of.</summary>
    public static IReadOnlyList<string> DeploymentVariables() =>
        [.. Read("infra/bicep/main.bicepparam").All(@"readEnvironmentVariable\('(\w+)'").Distinct()];

    /// <summary>What the app answers: method and path, such as <c>GET api/products/top</c>.</summary>
    public static IReadOnlySet<string> Routes() => typeof(CommerceDatabase).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .SelectMany(method => method.GetParameters())
        .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
        .OfType<HttpTriggerAttribute>()
        .SelectMany(trigger => (trigger.Methods ?? []).Select(method => $"{method.ToUpperInvariant()} api/{trigger.Route}"))
        .ToHashSet();

    /// <summary>The first group of each match; the match where the pattern has no group.</summary>
    public static IEnumerable<string> All(this string text, string pattern) =>
        Regex.Matches(text, pattern, RegexOptions.Multiline).Select(match => match.Groups[match.Groups.Count > 1 ? 1 : 0].Value);
}
