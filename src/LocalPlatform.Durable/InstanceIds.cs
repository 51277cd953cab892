namespace LocalPlatform.Durable;

/// <summary>Instance ids: the rule that the genuine host has for them, so that an id good here is good there.</summary>
internal static class InstanceIds
{
    private const int LengthMax = 100;

    /// <summary>A new id, of an instance or of an execution.</summary>
    public static string New() => Guid.NewGuid().ToString("N");

    /// <summary>What is wrong with an id; null when nothing is.</summary>
    public static string? FindFault(string instanceId) => instanceId switch
    {
        { Length: > LengthMax } => $"An instance id has at most {LengthMax} characters.",
        ['@', ..] => "An instance id must not start with '@'.",
        _ when instanceId.Any(c => c is '/' or '\\' or '#' or '?' || char.IsControl(c)) =>
            "An instance id must not contain '/', '\\', '#', '?' or control characters.",
        _ => null,
    };
}
