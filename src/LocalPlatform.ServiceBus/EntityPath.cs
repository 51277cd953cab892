namespace LocalPlatform.ServiceBus;

/// <summary>The paths of Service Bus entities. They compare without regard to case.</summary>
public static class EntityPath
{
    private const string DeadLetterSuffix = "/$deadletterqueue";

    /// <summary>The path of a topic's subscription.</summary>
    public static string Subscription(string topic, string subscription) => $"{topic}/subscriptions/{subscription}";

    /// <summary>The path of an entity's dead-letter queue.</summary>
    public static string DeadLetter(string entity) => entity + DeadLetterSuffix;

    /// <summary>The entity that a path or the path of its dead-letter queue belongs to.</summary>
    public static string Owner(string path) => IsDeadLetter(path) ? path[..^DeadLetterSuffix.Length] : path;

    /// <summary>Whether the path is that of a dead-letter queue.</summary>
    public static bool IsDeadLetter(string path) => path.EndsWith(DeadLetterSuffix, StringComparison.OrdinalIgnoreCase);
}
