namespace LocalPlatform.Cosmos.Values;

/// <summary>The properties of a document that the gateway makes: never stored, always shown.</summary>
internal static class SystemProperties
{
    public static bool Contains(string name) => name is "_rid" or "_self" or "_etag" or "_attachments" or "_ts" or "_lsn";
}
