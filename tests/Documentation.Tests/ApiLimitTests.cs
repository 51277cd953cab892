using System.Text.Json;
using System.Text.RegularExpressions;
using Commerce.Functions.ApiDocs;
using Commerce.Shared;
using Commerce.Shared.Audit;
using Commerce.Shared.Catalog;
using CsCheck;

namespace Documentation.Tests;

/// <summary>Holds the bounds and problem types in the API document to those in the code.</summary>
public class ApiLimitTests
{
    private static readonly JsonElement Document = JsonDocument.Parse(ApiDocument.Json).RootElement;

    [Theory]
    [InlineData("schemas/Money", "maximum", Limits.MoneyMax)]
    [InlineData("schemas/ChargeRequest/properties/amount", "maximum", Limits.ChargeAmountMax)]
    [InlineData("schemas/Price", "maximum", Limits.PriceMax)]
    [InlineData("schemas/Stock", "maximum", Limits.StockMax * (1 + StockPartition.ShardsMax))]
    [InlineData("schemas/StockAdjustmentRequest/properties/delta", "maximum", Limits.StockMax)]
    [InlineData("schemas/StockAdjustmentRequest/properties/delta", "minimum", -Limits.StockMax)]
    [InlineData("schemas/StockAdjustment/properties/reason", "maxLength", Limits.ReasonLengthMax)]
    [InlineData("schemas/Quantity", "maximum", Limits.QuantityMax)]
    [InlineData("schemas/OrderRequest/properties/items", "maxItems", Limits.OrderLinesMax)]
    [InlineData("schemas/Cart/properties/items", "maxItems", Limits.ReturnedItemsMax)]
    [InlineData("schemas/CartItem/properties/quantity", "maximum", 2 * Limits.QuantityMax)]
    [InlineData("schemas/CartChange/properties/itemCount", "maximum", Limits.ReturnedItemsMax)]
    [InlineData("schemas/CartChange/properties/pieceCount", "maximum", 4L * Limits.CartItemsMax * Limits.QuantityMax)]
    [InlineData("schemas/UserId", "maxLength", Limits.IdentifierLengthMax)]
    [InlineData("schemas/ProductId", "maxLength", Limits.IdentifierLengthMax)]
    [InlineData("schemas/Text", "maxLength", Limits.NameLengthMax)]
    [InlineData("parameters/IdempotencyKey/schema", "maxLength", Limits.IdempotencyKeyLengthMax)]
    [InlineData("parameters/Limit/schema", "maximum", Limits.PageSizeMax)]
    [InlineData("parameters/Limit/schema", "default", Limits.PageSizeDefault)]
    public void A_documented_bound_is_the_one_in_the_code(string component, string keyword, long limit)
    {
        var schema = component.Split('/').Aggregate(Document.GetProperty("components"), (node, name) => node.GetProperty(name));

        Assert.Equal(limit, schema.GetProperty(keyword).GetInt64());
    }

    [Fact]
    public void The_patterns_of_identifiers_admit_what_the_code_admits()
    {
        var users = new Regex(Pattern("UserId"));
        var products = new Regex(Pattern("ProductId"));
        var reserved = new Regex(Pattern("ProductId", "not"));
        string[] words = ["top", "TOP", "tOp", "import", "Import", "tops", "to"];
        var texts = Gen.OneOf(Gen.Int[0, words.Length - 1].Select(i => words[i]),
            Gen.Char["aZ09_.-~:@+| /%#\u00e9\n"].Array[0, 66].Select(characters => new string(characters)));

        texts.Sample(text => users.IsMatch(text) == Identifiers.IsUserId(text)
            && (products.IsMatch(text) && !reserved.IsMatch(text)) == Identifiers.IsProductId(text));
    }

    [Fact]
    public void The_pattern_of_text_admits_all_that_the_rules_admit_and_nothing_blank_or_of_more_lines()
    {
        var pattern = new Regex(Pattern("Text"));
        var texts = Gen.OneOf(
            Gen.OneOf([
                .. "aé가 \n\t\u3164\u2800\u2028\u200D\uFE0F\u0301\uFFFD\uE000\u202E".Select(character => Gen.Const($"{character}")),
                Gen.Const("\U0001F90D")]),
            Gen.Char[' ', '\uD7FF'].Select(character => $"{character}")).Array[0, 8].Select(string.Concat);

        texts.Sample(text => TextRules.Check(text, Limits.NameLengthMax, out var kept) is { } wrong
            ? !pattern.IsMatch(text) || !new[] { "blank", "line", "control" }.Any(kind => wrong.Contains(kind, StringComparison.Ordinal))
            : pattern.IsMatch(text) && pattern.IsMatch(kept));
    }

    private static string Pattern(params string[] schema) => schema
        .Aggregate(Document.GetProperty("components").GetProperty("schemas"), (node, name) => node.GetProperty(name))
        .GetProperty("pattern").GetString()!.Replace("$", "\\z", StringComparison.Ordinal);

    [Fact]
    public void No_number_of_any_answer_or_request_is_beyond_what_a_client_holds_exactly() => Assert.All(
        Schemas(Document.GetProperty("components")).Concat(Schemas(Document.GetProperty("paths"))).Where(IsInteger),
        schema => Assert.True(
            schema.GetProperty("minimum").GetInt64() >= -Limits.MoneyMax && schema.GetProperty("maximum").GetInt64() <= Limits.MoneyMax,
                schema.GetRawText()));

    private static bool IsInteger(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "integer";

    private static IEnumerable<JsonElement> Schemas(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(member => Schemas(member.Value)).Prepend(node),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(Schemas),
        _ => [],
    };

    [Fact]
    public void Every_refusal_of_the_shop_is_a_documented_problem_type_with_an_example_and_the_reverse()
    {
        var slugs = Enum.GetNames<ErrorCode>().Select(Slug).Order(StringComparer.Ordinal).ToList();
        var components = Document.GetProperty("components");
        var types = components.GetProperty("schemas").GetProperty("Problem").GetProperty("properties").GetProperty("type")
            .GetProperty("enum");
        var examples = components.GetProperty("examples").EnumerateObject()
            .Where(example => example.Value.GetProperty("value").TryGetProperty("type", out _));
        var table = Document.GetProperty("info").GetProperty("description").GetString()!;

        Assert.Equal(slugs, types.EnumerateArray().Select(type => type.GetString()!.Split('/')[^1]).Order(StringComparer.Ordinal));
        Assert.Equal(slugs, examples.Select(example => example.Name).Order(StringComparer.Ordinal));
        Assert.All(slugs, slug => Assert.Contains($"| `{slug}` |", table, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_kind_of_difference_that_an_audit_can_find_is_documented()
    {
        var kinds = typeof(AuditKind).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
        var documented = Document.GetProperty("components").GetProperty("schemas").GetProperty("AuditDifference")
            .GetProperty("properties").GetProperty("kind").GetProperty("enum").EnumerateArray().Select(kind => kind.GetString()!);

        Assert.Equal(kinds.Order(), documented.Order());
    }

    private static string Slug(string code) => JsonNamingPolicy.KebabCaseLower.ConvertName(code);
}
