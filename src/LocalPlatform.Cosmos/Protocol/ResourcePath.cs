namespace LocalPlatform.Cosmos.Protocol;

/// <summary>
/// The segments of a request path, percent-decoded: <c>/dbs/{d}/colls/{c}/docs/{id}</c> and its beginnings; what is not there is empty.
/// </summary>
internal readonly ref struct ResourcePath
{
    public ResourcePath(string path)
    {
        // What lies behind the last segment of the longest path stays part of it.
        Span<Range> ranges = stackalloc Range[6];
        var text = path.AsSpan().Trim('/');
        text.Split(ranges, '/');
        Root = Decode(text[ranges[0]]);
        Database = Decode(text[ranges[1]]);
        DatabaseChild = Decode(text[ranges[2]]);
        Container = Decode(text[ranges[3]]);
        ContainerChild = Decode(text[ranges[4]]);
        Item = Decode(text[ranges[5]]);
    }

    public ReadOnlySpan<char> Root { get; }

    public ReadOnlySpan<char> Database { get; }

    public ReadOnlySpan<char> DatabaseChild { get; }

    public ReadOnlySpan<char> Container { get; }

    public ReadOnlySpan<char> ContainerChild { get; }

    public ReadOnlySpan<char> Item { get; }

    /// <summary>
    /// A request target without its query. A question mark behind a document's place is part of the id: SDKs send it as it is.
    /// </summary>
    public static string WithoutQuery(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 || target.AsSpan(0, mark).Trim('/').Count('/') >= 5 ? target : target[..mark];
    }

    private static ReadOnlySpan<char> Decode(ReadOnlySpan<char> segment) =>
        segment.Contains('%') ? Uri.UnescapeDataString(segment) : segment;
}
