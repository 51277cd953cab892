using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The function runs for a message of a queue or of a topic's subscription, or for several at once.</summary>
[ConverterFallbackBehavior(ConverterFallbackBehavior.Default)]
[InputConverter(typeof(ServiceBusReceivedMessageConverter))]
public sealed class ServiceBusTriggerAttribute : TriggerBindingAttribute, ISupportCardinality
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

    /// <summary>The queue, or null when the trigger is on a subscription.</summary>
    public string? QueueName { get; }

    /// <summary>The topic, or null when the trigger is on a queue.</summary>
    public string? TopicName { get; }

    /// <summary>The subscription, or null when the trigger is on a queue.</summary>
    public string? SubscriptionName { get; }

    /// <summary>The setting that holds the connection.</summary>
    public string? Connection { get; set; }

    /// <summary>Sessions are wanted.</summary>
    public bool IsSessionsEnabled { get; set; }

    /// <summary>
    /// Several messages make one run; the parameter is an array. The worker's generator reads the default from the attribute.
    /// </summary>
    [DefaultValue(false)]
    public bool IsBatched
    {
        get => ((ISupportCardinality)this).Cardinality == Cardinality.Many;
        set => ((ISupportCardinality)this).Cardinality = value ? Cardinality.Many : Cardinality.One;
    }

    /// <summary>A message is completed when its run succeeds. False leaves it locked until the lock expires.</summary>
    public bool AutoCompleteMessages { get; set; } = true;

    Cardinality ISupportCardinality.Cardinality { get; set; } = Cardinality.One;
}
