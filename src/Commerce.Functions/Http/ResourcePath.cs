namespace Commerce.Functions.Http;

/// <summary>Paths of resources, as <c>Location</c> names them: ids hold characters that an address has to escape.</summary>
internal static class ResourcePath
{
    public static string Of(params IEnumerable<string> segments) => "/api/" + string.Join('/', segments.Select(Uri.EscapeDataString));
}
