namespace Commerce.Shared;

/// <summary>A document that knows which version of it was read, so that a write can demand that it is still that one.</summary>
/// <typeparam name="T">The document itself.</typeparam>
public interface IVersioned<out T>
{
    string Id { get; }

    /// <summary>The version that was read; null when the document is not stored yet.</summary>
    string? ETag { get; }

    T WithETag(string etag);
}
