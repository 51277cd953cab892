using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace LocalPlatform.Functions;

/// <summary>
/// Finds the functions of an app: the public methods of its public classes that carry <see cref="FunctionAttribute"/>. All problems
/// are collected and told together, each with the name of its function.
/// </summary>
internal sealed class FunctionDiscovery(SettingNames settings)
{
    private readonly List<string> _problems = [];

    /// <exception cref="FunctionsStartupException">Something in the app's functions cannot work.</exception>
    public IReadOnlyList<FunctionDescriptor> Find(FunctionSource source)
    {
        var found = source.Types
            .Where(type => type is { IsClass: true } && (!type.IsAbstract || type.IsSealed) && !type.ContainsGenericParameters)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Select(method => (method, attribute: method.GetCustomAttribute<FunctionAttribute>()))
            .Where(candidate => candidate.attribute is not null)
            .Select(candidate => Describe(candidate.attribute!.Name, candidate.method))
            .OfType<FunctionDescriptor>()
            .OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .ToList();
        CheckNames(found);
        CheckRoutes(found);
        return _problems.Count == 0 ? found : throw new FunctionsStartupException(_problems);
    }

    private FunctionDescriptor? Describe(string name, MethodInfo method)
    {
        var before = _problems.Count;
        try
        {
            var triggers = method.GetParameters().Select(p => ReadTrigger(name, p)).OfType<TriggerBinding>().ToList();
            if (triggers.Count != 1)
            {
                _problems.Add(triggers.Count == 0
                    ? $"Function '{name}' ({Where(method)}) has no trigger: one of its parameters needs a trigger attribute."
                    : $"Function '{name}' ({Where(method)}) has {triggers.Count} triggers; it can have one.");
                return null;
            }
            var function = new FunctionDescriptor(name, method, triggers[0], ReadOutputs(method), ReadRetry(method));
            _problems.AddRange(function.Invoker.Problems());
            return _problems.Count == before ? function : null;
        }
        catch (FunctionsStartupException problem)
        {
            _problems.AddRange(problem.Problems.Select(p => $"Function '{name}' ({Where(method)}): {p}"));
            return null;
        }
    }

    private TriggerBinding? ReadTrigger(string function, ParameterInfo parameter)
    {
        foreach (var attribute in parameter.GetCustomAttributes(inherit: false))
        {
            switch (attribute)
            {
                case HttpTriggerAttribute http:
                    return new HttpBinding(
                        parameter,
                        settings.Resolve(http.Route ?? function).Trim('/'),
                        [.. (http.Methods ?? []).Select(m => m.ToUpperInvariant()).Distinct()]);
                case TimerTriggerAttribute timer:
                    return new TimerBinding(
                        parameter, TimerSchedule.Parse(settings.Resolve(timer.Schedule)), timer.RunOnStartup, timer.UseMonitor);
                case ServiceBusTriggerAttribute bus:
                    return ReadServiceBus(parameter, bus);
                case OrchestrationTriggerAttribute orchestration:
                    return new OrchestrationBinding(parameter, settings.Resolve(orchestration.Orchestration ?? function));
                case ActivityTriggerAttribute activity:
                    return new ActivityBinding(parameter, settings.Resolve(activity.Activity ?? function));
            }
        }
        return null;
    }

    private ServiceBusBinding ReadServiceBus(ParameterInfo parameter, ServiceBusTriggerAttribute bus)
    {
        if (bus.IsSessionsEnabled)
            throw new FunctionsStartupException("Service Bus sessions are not supported locally.");
        return new ServiceBusBinding(
            parameter,
            settings.Resolve(bus.QueueName ?? bus.TopicName!),
            bus.SubscriptionName is null ? null : settings.Resolve(bus.SubscriptionName),
            bus.IsBatched,
            bus.AutoCompleteMessages);
    }

    private List<OutputTarget> ReadOutputs(MethodInfo method)
    {
        var outputs = new List<OutputTarget>();
        if (method.GetCustomAttribute<ServiceBusOutputAttribute>() is { } whole)
            outputs.Add(Target(null, whole));
        foreach (var property in FunctionInvoker.ResultType(method).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<ServiceBusOutputAttribute>() is { } part)
                outputs.Add(Target(property, part));
            else if (property.IsDefined(typeof(HttpResultAttribute), false))
                outputs.Add(new OutputTarget(property, null, false));
        }
        return outputs;
    }

    private OutputTarget Target(PropertyInfo? property, ServiceBusOutputAttribute output) =>
        new(property, settings.Resolve(output.QueueOrTopicName), output.EntityType == ServiceBusEntityType.Topic);

    private static RetryPlan? ReadRetry(MethodInfo method) => method.GetCustomAttribute<RetryAttribute>() switch
    {
        FixedDelayRetryAttribute r => new RetryPlan(r.MaxRetryCount, Interval(r.DelayInterval), Interval(r.DelayInterval)),
        ExponentialBackoffRetryAttribute r => new RetryPlan(r.MaxRetryCount, Interval(r.MinimumInterval), Interval(r.MaximumInterval)),
        _ => null,
    };

    private static TimeSpan Interval(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);

    private void CheckNames(List<FunctionDescriptor> functions)
    {
        foreach (var same in functions.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            var places = string.Join(" and ", same.Select(f => Where(f.Method)));
            _problems.Add($"Function name '{same.Key}' is used more than once: {places}.");
        }
    }

    /// <summary>Two functions on one route and method would answer each request with an ambiguity error.</summary>
    private void CheckRoutes(List<FunctionDescriptor> functions)
    {
        var taken = new Dictionary<string, FunctionDescriptor>(StringComparer.OrdinalIgnoreCase);
        foreach (var function in functions)
        {
            if (function.Trigger is not HttpBinding http)
                continue;
            foreach (var method in http.Methods.DefaultIfEmpty("any method of"))
            {
                if (!taken.TryAdd($"{method} {RouteNames.Shape(http.Route)}", function))
                    _problems.Add($"Functions '{taken[$"{method} {RouteNames.Shape(http.Route)}"].Name}' and '{function.Name}' "
                        + $"both answer {method} '{http.Route}'.");
            }
        }
    }

    private static string Where(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
}
