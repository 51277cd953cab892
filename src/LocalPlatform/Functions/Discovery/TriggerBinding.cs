using System.Linq.Expressions;
using System.Reflection;

namespace LocalPlatform.Functions;

/// <summary>What makes a function run. Settings in its arguments (<c>%name%</c>) are resolved already.</summary>
internal abstract record TriggerBinding(ParameterInfo Parameter, string Kind);

/// <summary>An HTTP route below the prefix of <c>host.json</c>; <paramref name="Methods"/> is empty for all methods.</summary>
internal sealed record HttpBinding(ParameterInfo Parameter, string Route, IReadOnlyList<string> Methods)
    : TriggerBinding(Parameter, "httpTrigger");

internal sealed record TimerBinding(ParameterInfo Parameter, TimerSchedule Schedule, bool RunOnStartup, bool UseMonitor)
    : TriggerBinding(Parameter, "timerTrigger");

/// <summary>A queue, or a subscription of a topic when <paramref name="Subscription"/> is set.</summary>
internal sealed record ServiceBusBinding(
    ParameterInfo Parameter, string QueueOrTopic, string? Subscription, bool IsBatched, bool AutoComplete)
    : TriggerBinding(Parameter, "serviceBusTrigger");

internal sealed record OrchestrationBinding(ParameterInfo Parameter, string Name) : TriggerBinding(Parameter, "orchestrationTrigger");

internal sealed record ActivityBinding(ParameterInfo Parameter, string Name) : TriggerBinding(Parameter, "activityTrigger");

/// <summary>
/// Where a part of a function's result goes: all of it (<paramref name="Property"/> is null) or one property of it, to a queue or
/// a topic, or into the HTTP response (<paramref name="QueueOrTopic"/> is null).
/// </summary>
internal sealed record OutputTarget(PropertyInfo? Property, string? QueueOrTopic, bool IsTopic)
{
    /// <summary>Reads the property off a result; null when the target takes all of it.</summary>
    public Func<object, object?>? Read { get; } = Property is null ? null : Getter(Property);

    private static Func<object, object?> Getter(PropertyInfo property)
    {
        var result = Expression.Parameter(typeof(object));
        var value = Expression.Property(Expression.Convert(result, property.DeclaringType!), property);
        var getter = new Lazy<Func<object, object?>>(
            () => Expression.Lambda<Func<object, object?>>(Expression.Convert(value, typeof(object)), result).Compile());
        return instance => getter.Value(instance);
    }
}

/// <summary>How often a timer's failed run is repeated, and after which pauses.</summary>
internal sealed record RetryPlan(int RetriesMax, TimeSpan Shortest, TimeSpan Longest)
{
    /// <summary>The pause before repeat number <paramref name="retry"/> (from 1): doubled each time up to the longest.</summary>
    public TimeSpan DelayBefore(int retry)
    {
        var doublings = Math.Min(retry - 1, 30);
        var delay = Shortest * Math.Pow(2, doublings);
        return delay < Longest ? delay : Longest;
    }

    /// <summary>Whether repeat number <paramref name="retry"/> (from 1) is still allowed; -1 repeats for ever.</summary>
    public bool Allows(int retry) => RetriesMax < 0 || retry <= RetriesMax;
}
