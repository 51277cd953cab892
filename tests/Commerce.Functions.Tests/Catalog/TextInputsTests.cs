using System.Text.Json.Nodes;
using Commerce.Functions.Catalog;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using CsCheck;

namespace Commerce.Functions.Tests.Catalog;

/// <summary>
/// Text comes in at three inputs: a product's name as JSON and as CSV, and an adjustment's reason. One rule holds at all of them.
/// </summary>
public sealed class TextInputsTests(TestStore store) : IClassFixture<TestStore>
{
    private static readonly string[] Pieces =
    [
        "a", "B ", "하", "\u1112\u1161\u11AB", "e\u0301", "\u00E9", "\U0001F90D", "\U0001F469\u200D\U0001F467",
        "\u3164", "\u200B", "\u200D",
            "\u2028", "\n", "\t",
        "\u202E", "\uFE0F", "\uE000", "\uFFFD", "\uFDD0", "\u3000", "\"", ",", "\\", "\u0323", "\u00AD",
        new string('x', 100), new('가', 60),
            "\0",
    ];

    private static readonly Gen<string> Texts =
        Gen.OneOf(Gen.OneOf([.. Pieces.Select(Gen.Const)]),
            Gen.Char[' ', '\uFFFF'].Where(unit => !char.IsSurrogate(unit)).Select(unit => unit.ToString()))
            .Array[0, 6].Select(string.Concat);

    private Task<Reply> PutAsync(string sku, string name) => store.App.CallAsync<CatalogOperatorFunctions>(
        (functions, request) => functions.Put(request, sku), new JsonObject { ["name"] = name, ["price"] = 1 }.ToJsonString());

    private Task<Reply> AdjustAsync(string sku, string key, string reason) => store.App.CallAsync<CatalogOperatorFunctions>(
        (functions, request) =>
            functions.Adjust(request, sku), new JsonObject { ["delta"] = 1, ["reason"] = reason }.ToJsonString(), ("Idempotency-Key", key));

    private Task<Reply> ImportAsync(string sku, string name) => store.App.CallAsync<CatalogOperatorFunctions>(
        (functions, request) => functions.Import(request),
        $"productId,name,price,stock\n{sku},\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\",1,0\n",
        ("Content-Type", "text/csv"));

    private async Task<string?> NameAsync(string sku) =>
        (string?)(await store.App.CallAsync<ProductFunctions>((functions, request) => functions.Show(request, sku))).Body?["name"];

    [Fact]
    public async Task Every_input_takes_the_same_texts_and_keeps_them_alike() => await Texts.SampleAsync(
        async text =>
        {
            var wrong = TextRules.Check(text, Limits.NameLengthMax, out var kept);
            var (put, imported, adjusted) = (Calls.NewId("put"), Calls.NewId("csv"), Calls.NewId("adjust"));
            await PutAsync(adjusted, "x");

            Assert.Equal(wrong is null ? 201 : 400, (await PutAsync(put, text)).Status);
            Assert.Equal(wrong is null ? 200 : 400, (await ImportAsync(imported, text)).Status);
            var adjustment = await AdjustAsync(adjusted, "k", text);
            Assert.Equal(wrong is null ? 201 : 400, adjustment.Status);
            var expected = wrong is null ? kept : null;
            Assert.Equal((expected, expected, expected),
                (await NameAsync(put), await NameAsync(imported), (string?)adjustment.Body!["reason"]));
        },
        iter: 300);

    [Fact]
    public async Task The_same_reason_in_another_form_repeats_an_adjustment()
    {
        var sku = Calls.NewId("p");
        await PutAsync(sku, "x");
        var first = await AdjustAsync(sku, "k", "입고 caf\u00E9");
        Assert.Equal((201, "입고 caf\u00E9"), (first.Status, (string?)first.Body!["reason"]));
        Assert.Equal(first.ToString(), (await AdjustAsync(sku, "k", " \u110B\u1175\u11B8고 cafe\u0301 ")).ToString());
        Assert.Equal("idempotency-key-reused", (await AdjustAsync(sku, "k", "입고 cafe")).Problem);
    }

    [Fact]
    public async Task An_import_of_the_same_names_in_another_form_changes_nothing()
    {
        var sku = Calls.NewId("p");
        Assert.Equal(1, (await ImportAsync(sku, "caf\u00E9")).Number("created"));
        Assert.Equal(1, (await ImportAsync(sku, "cafe\u0301 ")).Number("unchanged"));
    }
}
