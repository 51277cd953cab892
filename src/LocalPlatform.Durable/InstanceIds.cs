namespace LocalPlatform.Durable;

/// <summary>The rule that the genuine host has for instance ids, so that an id good here is good there.</summary>
internal static class InstanceIds
{
    private const int LengthMax = 100;

    /// <exception cref="ArgumentException">The id is empty, longer than 100, starts with '@' or has a character of / \ # ? or control.</exception>
    public static void Validate(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId.Length > LengthMax)
            throw new ArgumentException($"An instance id has at most {LengthMax} characters.", nameof(instanceId));
        if (instanceId.StartsWith('@'))
            throw new ArgumentException("An instance id must not start with '@'.", nameof(instanceId));
        if (instanceId.Any(c => c is '/' or '\\' or '#' or '?' || char.IsControl(c)))
            throw new ArgumentException("An instance id must not contain '/', '\\', '#', '?' or control characters.", nameof(instanceId));
    }
}
