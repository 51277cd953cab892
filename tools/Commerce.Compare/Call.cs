using System.Net.Http.Headers;
using System.Text;

namespace Commerce.Compare;

/// <summary>A request that is sent to both hosts.</summary>
/// <param name="Method">The method, as it is sent.</param>
/// <param name="Path">Path and query, as they are sent.</param>
/// <param name="Body">The body; null for none.</param>
/// <param name="Headers">Headers, those of the body included.</param>
internal sealed record Call(string Method, string Path, string? Body = null, params IReadOnlyList<(string Name, string Value)> Headers)
{
    private const string Json = "application/json";

    public override string ToString() =>
        $"{Method} {Path}{(Headers.Count == 0 ? "" : $" ({string.Join(", ", Headers.Select(h => $"{h.Name}: {h.Value}"))})")}";

    public HttpRequestMessage ToRequest(Uri host)
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), new Uri(host, Path));
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(Headers.FirstOrDefault(h => h.Name == "Content-Type").Value
                ?? Json);
        }
        foreach (var (name, value) in Headers.Where(static h => h.Name != "Content-Type"))
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
