using System.Net;
using System.Text.Json;

namespace EndToEnd.Tests.Support;

/// <summary>An HTTP response that was read whole.</summary>
public sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    private readonly Lazy<JsonElement> _json = new(() => JsonSerializer.Deserialize<JsonElement>(Body));

    public int Code => (int)Status;

    public JsonElement Json => _json.Value;

    /// <summary>The slug that a problem's type ends in; null when it is no problem.</summary>
    public string? Problem => Headers.GetValueOrDefault("Content-Type", "").StartsWith("application/problem+json", StringComparison.Ordinal)
        ? Json.GetProperty("type").GetString()![(Json.GetProperty("type").GetString()!.LastIndexOf('/') + 1)..]
        : null;

    public string Text(string property) => Json.GetProperty(property).GetString()!;

    public long Number(string property) => Json.GetProperty(property).GetInt64();

    /// <summary>Fails the test unless the status is as expected, and shows what came instead.</summary>
    public Answer Expect(params int[] codes)
    {
        Assert.True(codes.Contains(Code), $"Expected {string.Join(" or ", codes)}, got {Code}: {Body}");
        return this;
    }

    /// <summary>An answer that nobody gave, to test what reads answers.</summary>
    public static Answer Of(int code, string body) => new(
        (HttpStatusCode)code,
        new Dictionary<string, string> { ["Content-Type"] = code < 400 ? "application/json" : "application/problem+json" },
        body);

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            headers[name] = string.Join(", ", values);
        return new(response.StatusCode, headers, await response.Content.ReadAsStringAsync());
    }
}
