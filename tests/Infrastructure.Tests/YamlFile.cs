using YamlDotNet.Serialization;

namespace Infrastructure.Tests;

/// <summary>A YAML document of the repository, by paths such as <c>jobs/build/steps</c>.</summary>
internal sealed class YamlFile(object root)
{
    public static YamlFile Read(string path) => new(new DeserializerBuilder().Build().Deserialize<object>(Metadata.Read(path))!);

    public static YamlFile Workflow(string name) => Read($".github/workflows/{name}.yml");

    public IReadOnlyDictionary<string, object> Map(string path) =>
        ((Dictionary<object, object>)Find(path)).ToDictionary(pair => (string)pair.Key, pair => pair.Value);

    public IReadOnlyList<YamlFile> List(string path) => [.. ((List<object>)Find(path)).Select(element => new YamlFile(element))];

    public string Text(string path = "") => (string)Find(path);

    /// <summary>The text there; empty when there is none.</summary>
    public string TextOrNone(string key) => Map("").TryGetValue(key, out var value) ? (string)value : "";

    private object Find(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(root, (found, name) => ((Dictionary<object, object>)found)[name]);
}
