namespace Commerce.Shared;

/// <summary>
/// A hash that is the same in every process and for ever (FNV-1a with the finalizer of MurmurHash3): for shards that are stored, and
/// for jitter that an orchestrator must find again when it is replayed. Not for security.
/// </summary>
public static class StableHash
{
    public static uint Of(ReadOnlySpan<char> text, int salt = 0)
    {
        var hash = 2166136261u ^ (uint)salt;
        foreach (var character in text)
            hash = (hash ^ character) * 16777619u;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }

    /// <summary>A number in [0, 1).</summary>
    public static double Fraction(ReadOnlySpan<char> text, int salt) => Of(text, salt) / 4294967296.0;
}
