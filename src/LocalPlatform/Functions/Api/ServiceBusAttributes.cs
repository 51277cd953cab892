namespace Microsoft.Azure.Functions.Worker;

/// <summary>The function runs for a message of a queue or of a topic's subscription.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ServiceBusTriggerAttribute : Attribute
{
    /// <param name="queueName">The queue.</param>
    public ServiceBusTriggerAttribute(string queueName) => QueueName = queueName;

    /// <param name="topicName">The topic.</param>
    /// <param name="subscriptionName">The subscription of the topic.</param>
    public ServiceBusTriggerAttribute(string topicName, string subscriptionName)
    {
        TopicName = topicName;
        SubscriptionName = subscriptionName;
    }

    /// <summary>The setting that holds the connection.</summary>
    public string? Connection { get; set; }

    /// <summary>The queue, or null when the trigger is on a subscription.</summary>
    public string? QueueName { get; }

    /// <summary>The topic, or null when the trigger is on a queue.</summary>
    public string? TopicName { get; }

    /// <summary>The subscription, or null when the trigger is on a queue.</summary>
    public string? SubscriptionName { get; }

    /// <summary>Sessions are wanted.</summary>
    public bool IsSessionsEnabled { get; set; }

    /// <summary>Several messages make one run; the parameter is an array.</summary>
    public bool IsBatched { get; set; }

    /// <summary>A message is completed when its run succeeds. False leaves it locked until the lock expires.</summary>
    public bool AutoCompleteMessages { get; set; } = true;
}

/// <summary>What the function returns (or the property of what it returns) is sent to a queue or topic.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public sealed class ServiceBusOutputAttribute(string queueOrTopicName, ServiceBusEntityType entityType = ServiceBusEntityType.Queue)
    : Attribute
{
    /// <summary>The queue or topic.</summary>
    public string QueueOrTopicName { get; private set; } = queueOrTopicName;

    /// <summary>The setting that holds the connection.</summary>
    public string? Connection { get; set; }

    /// <summary>Queue or topic.</summary>
    public ServiceBusEntityType EntityType { get; set; } = entityType;
}

/// <summary>What a Service Bus name stands for.</summary>
public enum ServiceBusEntityType
{
    /// <summary>A queue.</summary>
    Queue,

    /// <summary>A topic.</summary>
    Topic,
}
