using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Contract;

/// <summary>
/// The shop counts as readers of its document count: a value at a bound is never refused for itself, one beyond it always is, by its name.
/// </summary>
public sealed class BoundaryTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task What_the_document_admits_is_taken_and_what_it_does_not_is_refused_by_name()
    {
        var document = (await _shop.GetAsync("/api/openapi.json")).Expect(200).Body;
        var cases = BoundaryCases.Of(document).ToList();
        Assert.True(cases.Count > 1_000, $"Only {cases.Count} cases.");
        await AddProductsAsync(document);

        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (tried, _) =>
        {
            if (await WhatIsWrongAsync(tried) is { } difference)
                wrong.Enqueue(difference);
        });
        Assert.True(wrong.IsEmpty, $"{wrong.Count} of {cases.Count}:\n{string.Join('\n', wrong.Take(30))}");
    }

    /// <summary>An order names products that there are.</summary>
    private async Task AddProductsAsync(string document)
    {
        var schema = JsonNode.Parse(document)!["components"]!["schemas"]!["ProductId"]!.AsObject();
        var ids = BoundaryValues.Of(schema).Where(value => value.IsInside).Select(value => value.Text!);
        foreach (var id in (string[])[.. ids, "85123A", "71053", "84406B", "84879"])
            (await _shop.SendAsync(HttpMethod.Put, $"/api/ops/products/{Uri.EscapeDataString(id)}", new { name = "x", price = 1 }))
                .Expect(200, 201);
    }

    private async Task<string?> WhatIsWrongAsync(BoundaryCase tried)
    {
        try
        {
            var answer = await _shop.SendAsync(tried.Method, tried.Path, tried.Body,
                headers: tried.Headers.Select(header => (header.Key, header.Value)));
            return IsRight(tried, answer) ? null : $"{tried} -> {answer.Code} {answer.Body}";
        }
        catch (ContractException undocumented)
        {
            return $"{tried} -> {undocumented.Message}";
        }
    }

    private static bool IsRight(BoundaryCase tried, Answer answer)
    {
        var isNamed = answer.Problem is "validation" or "idempotency-key-missing" && Names(answer).Any(name => IsAt(name, tried.Field));
        // Whether a cursor leads anywhere is for the shop to know; it is passed back as it came.
        if (tried.IsInside)
            return answer.Code < 500 && (!isNamed || tried.Field == "cursor");
        return answer.Code is >= 400 and < 500
            && (isNamed || (answer.Code == 404 && tried.Path.Contains("/deliveries/", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Names(Answer refusal) =>
        refusal.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()!);

    private static bool IsAt(string name, string field) =>
        name == field || name.StartsWith(field + ".", StringComparison.Ordinal) || name.StartsWith(field + "[", StringComparison.Ordinal);
}
