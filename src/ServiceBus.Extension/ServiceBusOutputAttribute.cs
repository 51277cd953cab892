using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the function returns (or the property of what it returns) is sent to a queue or topic.</summary>
/// <param name="queueOrTopicName">The queue or topic.</param>
/// <param name="entityType">Which of the two.</param>
public sealed class ServiceBusOutputAttribute(string queueOrTopicName, ServiceBusEntityType entityType = ServiceBusEntityType.Queue)
    : OutputBindingAttribute
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
