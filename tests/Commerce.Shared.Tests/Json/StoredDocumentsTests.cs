using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Shared.Tests.Json;

/// <summary>
/// Documents outlive the code that wrote them: what is in Golden/ was written once, and is read and written the same for ever. A new
/// property gets a golden document that has it; the old ones stay as they are.
/// </summary>
public sealed class StoredDocumentsTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> Names { get; } = [.. Directory.EnumerateFiles(Folder, "*.json")
        .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_stored_document_is_read_and_written_as_it_was(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder, name + ".json"));
        var type = TypeOf(name);

        var document = JsonSerializer.Deserialize(text, type);

        Assert.NotNull(document);
        Assert.Equal(JsonNode.Parse(text)!.ToJsonString(), JsonNode.Parse(JsonSerializer.Serialize(document, type))!.ToJsonString());
    }

    [Fact]
    public void Every_property_of_every_document_is_in_a_golden_one()
    {
        var written = Names.Select(name => name.Data)
            .GroupBy(name => name.Split('.')[0], name => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json"))))
            .ToDictionary(documents => documents.Key, documents => documents.ToList());

        var missing = Documents().SelectMany(type => Missing(type.Name, type, written.GetValueOrDefault(type.Name) ?? []));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_member_of_a_stored_enumeration_is_in_a_golden_document()
    {
        var text = string.Concat(Names.Select(name => File.ReadAllText(Path.Combine(Folder, name.Data + ".json"))));
        // What may be refused is listed in the API document, and held to it there.
        var enumerations = typeof(DocumentJsonContext).Assembly.GetExportedTypes().Where(type => type.IsEnum && type != typeof(ErrorCode));

        var members = enumerations.SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(member => member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name)
            .Where(name => name is not null);

        Assert.DoesNotContain(members, name => !text.Contains($"\"{name}\"", StringComparison.Ordinal));
    }

    private static IEnumerable<Type> Documents() => typeof(DocumentJsonContext).GetCustomAttributesData()
        .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
        .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
        .Where(type => type.Namespace!.StartsWith("Commerce.", StringComparison.Ordinal));

    private static JsonTypeInfo TypeOf(string name) =>
        DocumentJsonContext.Default.GetTypeInfo(Documents().Single(type => type.Name == name.Split('.')[0]))!;

    /// <summary>The properties of a type, and of what is in it, that none of some JSON values has.</summary>
    private static IEnumerable<string> Missing(string path, Type type, IReadOnlyList<JsonNode?> values)
    {
        if (DocumentJsonContext.Default.GetTypeInfo(type) is not { Kind: JsonTypeInfoKind.Object } info)
            return [];
        return info.Properties.Where(property => property.Get is not null).SelectMany(property =>
        {
            var found = values.OfType<JsonObject>().Select(value => value[property.Name]).Where(value => value is not null).ToList();
            if (found.Count == 0)
                return [$"{path}.{property.Name}"];
            var element = property.PropertyType.GetInterfaces().Append(property.PropertyType)
                .FirstOrDefault(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
            return element is null || property.PropertyType == typeof(string)
                ? Missing($"{path}.{property.Name}", property.PropertyType, found)
                : Missing($"{path}.{property.Name}[]", element, [.. found.SelectMany(list => list!.AsArray())]);
        });
    }
}
