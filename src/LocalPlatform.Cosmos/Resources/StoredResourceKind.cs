namespace LocalPlatform.Cosmos.Resources;

/// <summary>
/// A kind of small resources that are stored and shown but have no effect here: scripts of a container, users of a database.
/// </summary>
/// <param name="Segment">Its name in paths.</param>
/// <param name="ListName">The member of a list's answer that holds them.</param>
/// <param name="IdMark">The mark in the last byte of resource ids; null for a resource of a database.</param>
internal sealed record StoredResourceKind(string Segment, string ListName, byte? IdMark)
{
    private static readonly StoredResourceKind[] OfContainers =
    [
        new("sprocs", "StoredProcedures", 0x80),
        new("triggers", "Triggers", 0x70),
        new("udfs", "UserDefinedFunctions", 0x60),
        new("conflicts", "Conflicts", 0x40),
    ];

    public static readonly StoredResourceKind Users = new("users", "Users", null);

    public static StoredResourceKind? OfContainer(string? segment) => Array.Find(OfContainers, kind => kind.Segment == segment);

    /// <summary>Whether clients may make one; conflicts arise from several regions, of which there is but one here.</summary>
    public bool CanBeCreated => Segment != "conflicts";
}
