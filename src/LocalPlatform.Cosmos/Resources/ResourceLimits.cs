using System.Globalization;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>What a container may hold and holds, as the headers x-ms-resource-quota and x-ms-resource-usage state it.</summary>
internal static class ResourceLimits
{
    /// <summary>Sizes in KB, -1 for no limit: what this store enforces.</summary>
    public const string Quota = "documentSize=2048;documentsSize=-1;documentsCount=-1;collectionSize=-1;";

    /// <summary>Sizes in KB of the documents, without indexes.</summary>
    public static string Usage(long documents, long bytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"documentsSize={(bytes + 1023) / 1024};documentsCount={documents};collectionSize={(bytes + 1023) / 1024};");
}
