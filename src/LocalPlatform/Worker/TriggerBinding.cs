using LocalPlatform.ServiceBus;
using LocalPlatform.Timers;

namespace LocalPlatform.Worker;

/// <summary>What makes a function run. Settings in its arguments (<c>%name%</c>) are resolved already.</summary>
/// <param name="Parameter">The name under which the worker expects the trigger's data.</param>
/// <param name="Kind">The binding's type, such as <c>httpTrigger</c>.</param>
internal abstract record TriggerBinding(string Parameter, string Kind);

/// <summary>An HTTP route below the prefix of <c>host.json</c>; <paramref name="Methods"/> is empty for all methods.</summary>
internal sealed record HttpBinding(string Parameter, string Route, IReadOnlyList<string> Methods)
    : TriggerBinding(Parameter, "httpTrigger");

internal sealed record TimerBinding(string Parameter, TimerSchedule Schedule, bool RunOnStartup, bool UseMonitor)
    : TriggerBinding(Parameter, "timerTrigger");

/// <summary>A queue, or a subscription of a topic when <paramref name="Subscription"/> is set.</summary>
/// <param name="Parameter">See <see cref="TriggerBinding"/>.</param>
/// <param name="QueueOrTopic">The queue or topic.</param>
/// <param name="Subscription">The subscription of a topic.</param>
/// <param name="IsBatched">Several messages make one run.</param>
/// <param name="AutoComplete">Messages of a run that succeeds are completed.</param>
/// <param name="IsDeferred">The worker wants whole messages, encoded, rather than their bodies.</param>
internal sealed record ServiceBusBinding(
    string Parameter, string QueueOrTopic, string? Subscription, bool IsBatched, bool AutoComplete, bool IsDeferred)
    : TriggerBinding(Parameter, "serviceBusTrigger")
{
    /// <summary>The queue or subscription that the function is fed from.</summary>
    public string Entity => Subscription is null ? QueueOrTopic : EntityPath.Subscription(QueueOrTopic, Subscription);
}

internal sealed record OrchestrationBinding(string Parameter, string Name) : TriggerBinding(Parameter, "orchestrationTrigger");

internal sealed record ActivityBinding(string Parameter, string Name) : TriggerBinding(Parameter, "activityTrigger");

/// <summary>Where a result goes: the whole of it (<c>$return</c>) or one property of it, to a queue or topic.</summary>
internal sealed record OutputBinding(string Name, string QueueOrTopic, bool IsTopic);

/// <summary>How often a failed run is repeated, and after which pauses; <paramref name="RetriesMax"/> -1 repeats for ever.</summary>
internal sealed record RetryPlan(int RetriesMax, TimeSpan Shortest, TimeSpan Longest)
{
    /// <summary>The pause before repeat number <paramref name="retry"/> (from 1): doubled each time up to the longest.</summary>
    public TimeSpan DelayBefore(int retry)
    {
        var doublings = Math.Min(retry - 1, 30);
        var delay = Shortest * Math.Pow(2, doublings);
        return delay < Longest ? delay : Longest;
    }

    /// <summary>Whether repeat number <paramref name="retry"/> (from 1) is still allowed.</summary>
    public bool Allows(int retry) => RetriesMax < 0 || retry <= RetriesMax;
}
