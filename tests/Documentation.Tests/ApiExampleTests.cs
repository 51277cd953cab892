using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Commerce.Functions.ApiDocs;

namespace Documentation.Tests;

/// <summary>The examples of the API document speak of goods that the sample catalog has.</summary>
public partial class ApiExampleTests
{
    // A cell of a CSV row: quoted, with doubled quotes inside, or plain.
    [GeneratedRegex("""(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))""")]
    private static partial Regex Cell();

    [Fact]
    public void Names_and_prices_in_the_examples_are_those_of_the_sample_catalog()
    {
        var catalog = Catalog();
        var goods = Objects(JsonDocument.Parse(ApiDocument.Json).RootElement)
            .Where(node => Text(node, "productId") is not null && Text(node, "name") is not null)
            .Select(node => (Id: Text(node, "productId")!, Name: Text(node, "name")!, Price: Number(node, "price")
                ?? Number(node, "unitPrice")))
            .ToList();

        Assert.NotEmpty(goods);
        Assert.DoesNotContain(goods, good =>
            !catalog.TryGetValue(good.Id, out var known) || known.Name != good.Name || known.Price != good.Price);
    }

    /// <summary>The API page sends what has an example, ticked or not by its reader: a first try is to be the plain call.</summary>
    [Fact]
    public void A_header_that_may_be_left_out_has_no_example() => Assert.DoesNotContain(
        Objects(JsonDocument.Parse(ApiDocument.Json).RootElement),
        node => Text(node, "in") == "header" && !node.TryGetProperty("required", out _) && node.TryGetProperty("example", out _));

    private static Dictionary<string, (string Name, long Price)> Catalog() =>
        Repository.Read("samples/catalog.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => Cell().Matches(line)
                .Select(match => match.Groups[1].Success ? match.Groups[1].Value.Replace("\"\"", "\"") : match.Groups[2].Value).ToArray())
            .ToDictionary(cells => cells[0], cells => (cells[1], long.Parse(cells[2], CultureInfo.InvariantCulture)));

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    private static IEnumerable<JsonElement> Objects(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(member => Objects(member.Value)).Prepend(node),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(Objects),
        _ => [],
    };
}
