using System.Text.Json;

namespace LocalPlatform.Functions;

/// <summary>The metadata of an HTTP trigger: the route's parameters, and query and headers as JSON objects.</summary>
internal static class HttpBindingData
{
    public static IReadOnlyDictionary<string, object?> Of(Invocation run)
    {
        var request = run.HttpContext!.Request;
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Query"] = JsonSerializer.Serialize(request.Query.ToDictionary(q => q.Key, q => q.Value.ToString())),
            ["Headers"] = JsonSerializer.Serialize(request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString())),
        };
        foreach (var (name, value) in request.Query)
            data.TryAdd(name, value.ToString());
        foreach (var (name, value) in request.RouteValues)
            data[name] = value?.ToString();
        return data;
    }
}
