using YamlDotNet.RepresentationModel;

namespace Commerce.Compare;

/// <summary>
/// What is asked of both hosts, in this order: a buyer's and an operator's way through the shop, then each path of the API with each
/// method. The names of users and products hold the run's own, so that a host may be asked again; pauses are taken back, and nothing is
/// deleted.
/// </summary>
internal static class Calls
{
    private static readonly string[] Methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

    public static IEnumerable<Call> All(string run) => [.. Journey(run), .. Mistakes(run), .. Matrix(run)];

    private static IEnumerable<Call> Journey(string run)
    {
        var (user, product) = ($"/api/users/u-{run}", $"p-{run}");
        yield return new("PUT", $"/api/ops/products/{product}", """{"name":"Lantern","price":1200}""", ("If-None-Match", "*"));
        yield return new("PUT", $"/api/ops/products/{product}", """{"name":"Lantern","price":1200}""", ("If-None-Match", "*"));
        yield return Keyed("POST", $"/api/ops/products/{product}/stock-adjustments", "stock", """{"delta":10,"reason":"delivery"}""");
        yield return new("GET", $"/api/products/{product}");
        yield return new("HEAD", $"/api/products/{product}");
        yield return new("GET", $"{user}/balance");
        yield return Keyed("POST", $"{user}/balance/charges", "charge", """{"amount":10000}""");
        yield return Keyed("POST", $"{user}/balance/charges", "charge", """{"amount":10000}""");
        yield return Keyed("POST", $"{user}/balance/charges", "charge", """{"amount":1}""");
        yield return new("GET", $"{user}/balance");
        yield return new("GET", $"{user}/balance/entries?limit=1");
        yield return new("POST", $"{user}/cart/items", $$"""{"productId":"{{product}}","quantity":2}""");
        yield return new("GET", $"{user}/cart");
        yield return new("PUT", $"{user}/cart/items/{product}", """{"quantity":3}""", ("Prefer", "return=minimal"));
        yield return Keyed("POST", $"{user}/cart/checkout", "checkout", null);
        yield return Keyed("POST", $"{user}/cart/checkout", "checkout-2", null);
        yield return Keyed("POST", $"{user}/orders", "order", $$"""{"items":[{"productId":"{{product}}","quantity":1}]}""");
        yield return Keyed("POST", $"{user}/orders", "order", $$"""{"items":[{"productId":"{{product}}","quantity":1}]}""");
        yield return Keyed("POST", $"{user}/orders", "too-many", $$"""{"items":[{"productId":"{{product}}","quantity":99}]}""");
        yield return Keyed("POST", $"{user}/orders", "too-dear",
            $$"""{"items":[{"productId":"{{product}}","quantity":1}],"expectedTotalAmount":1}""");
        yield return new("GET", $"{user}/orders?limit=5");
        yield return new("DELETE", $"{user}/cart/items/{product}");
        yield return new("POST", "/api/ops/deliveries/pause");
        yield return new("POST", "/api/ops/deliveries/resume");
    }

    private static IEnumerable<Call> Mistakes(string run)
    {
        var user = $"/api/users/u-{run}";
        yield return new("GET", "/api/nowhere");
        yield return new("GET", "/nowhere");
        yield return new("POST", "/api/nowhere", "{}");
        yield return new("GET", "/api/products/no-such-product");
        yield return new("GET", $"{user}/orders/o-0000000000000000000000");
        yield return new("GET", "/api/products?limit=0");
        yield return new("GET", "/api/products?limit=two");
        yield return new("GET", "/api/products?cursor=%21");
        yield return new("GET", "/api/products/top?window=1y");
        yield return new("GET", "/api/users/%20/balance");
        yield return new("GET", "/api/users/a%2Fb/balance");
        yield return new("POST", $"{user}/balance/charges", """{"amount":1}""");
        yield return Keyed("POST", $"{user}/balance/charges", "m1", """{"amount":0}""");
        yield return Keyed("POST", $"{user}/balance/charges", "m2", """{"amount":"1"}""");
        yield return Keyed("POST", $"{user}/balance/charges", "m3", """{"amount":1,"sum":2}""");
        yield return Keyed("POST", $"{user}/balance/charges", "m4", "{");
        yield return Keyed("POST", $"{user}/balance/charges", "m5", "");
        yield return Keyed("POST", $"{user}/balance/charges", "m6", """{"amount":1}""", ("Content-Type", "text/plain"));
        yield return Keyed("POST", $"{user}/balance/charges", "m7", """{"amount":1}""",
            ("Content-Type", "application/json; charset=utf-7"));
        yield return Keyed("POST", $"{user}/orders", "m8", """{"items":[]}""");
        yield return Keyed("POST", $"{user}/orders", "m9", "{\"items\":\"" + new string('x', 2_000_000) + "\"}");
        yield return new("GET", "/api/products?limit=2", null, ("Accept", "text/html"));
        yield return new("GET", "/api/products?limit=2", null, ("If-None-Match", "*"));
        yield return new("PUT", $"{user}/cart/items/no-such-product", """{"quantity":1}""");
        yield return new("PUT", $"{user}/cart/items/x", """{"quantity":1}""", ("If-Match", "\"0\""));
    }

    /// <summary>
    /// Each path with each method and nothing else: routes, what is allowed on them, and what is said when something is missing.
    /// </summary>
    private static IEnumerable<Call> Matrix(string run)
    {
        foreach (var path in Paths().Select(path => path
            .Replace("{userId}", $"m-{run}", StringComparison.Ordinal)
            .Replace("{productId}", $"m-{run}", StringComparison.Ordinal)
            .Replace("{orderId}", "o-0000000000000000000000", StringComparison.Ordinal)
            .Replace("{eventId}", "o-0000000000000000000000.paid", StringComparison.Ordinal)))
        {
            // A rebuild would change what the other calls see.
            foreach (var method in Methods.Where(method => method != "POST" || !path.EndsWith("/rebuild", StringComparison.Ordinal)))
                yield return new(method, path);
        }
    }

    private static IEnumerable<string> Paths()
    {
        using var document = new StreamReader(typeof(Calls).Assembly.GetManifestResourceStream("openapi.yaml")!);
        var yaml = new YamlStream();
        yaml.Load(document);
        return ((YamlMappingNode)yaml.Documents[0].RootNode["paths"]).Children.Keys.Select(static path => path.ToString());
    }

    private static Call Keyed(string method, string path, string key, string? body,
        params IReadOnlyList<(string Name, string Value)> headers) =>
        new(method, path, body, [("Idempotency-Key", key), .. headers]);
}
