namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// Which orchestrations this host may run: those of its own version and of older ones. What a newer one has begun waits for it, since the
/// older code could not replay its history.
/// </summary>
/// <param name="own">The host's version; null runs all.</param>
internal sealed class VersionGate(string? own)
{
    /// <summary>The version of an orchestration that is started, or carried on, without one.</summary>
    public string? Default { get; } = own;

    public bool LetsPass(string? version) => Default is null || string.IsNullOrEmpty(version) || Compare(version, Default) <= 0;

    /// <summary>As numbers with points if both are some, else as text.</summary>
    private static int Compare(string one, string other) =>
        ToVersion(one) is { } left && ToVersion(other) is { } right
            ? left.CompareTo(right)
            : string.Compare(one, other, StringComparison.OrdinalIgnoreCase);

    private static Version? ToVersion(string text) =>
        Version.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : text + ".0", out var version) ? version : null;
}
