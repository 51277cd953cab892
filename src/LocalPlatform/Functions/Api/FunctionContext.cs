namespace Microsoft.Azure.Functions.Worker;

/// <summary>One run of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>Unique to this run.</summary>
    public abstract string InvocationId { get; }

    /// <summary>Unique to the function and stable over runs.</summary>
    public abstract string FunctionId { get; }

    /// <summary>Where the run stands in a distributed trace.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>What the trigger says about its event.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>How often the event was tried before; null when the function has no retry policy.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>The services of this run's scope.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function that runs.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values shared inside this run.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Features of this run.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Cancelled when the host stops, the caller goes away or the run exceeds <c>functionTimeout</c>.</summary>
    public virtual CancellationToken CancellationToken { get; } = CancellationToken.None;
}

/// <summary>What the trigger says about its event.</summary>
public abstract class BindingContext
{
    /// <summary>The trigger's metadata by name. Values other than text are JSON.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}

/// <summary>A place in a distributed trace, W3C form.</summary>
public abstract class TraceContext
{
    /// <summary>The <c>traceparent</c>.</summary>
    public abstract string TraceParent { get; }

    /// <summary>The <c>tracestate</c>.</summary>
    public abstract string TraceState { get; }
}

/// <summary>Repeats of an event by a retry policy.</summary>
public abstract class RetryContext
{
    /// <summary>Repeats so far; 0 in the first run.</summary>
    public abstract int RetryCount { get; }

    /// <summary>Repeats after which the event is given up.</summary>
    public abstract int MaxRetryCount { get; }
}

/// <summary>Features of a run by their type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Adds or replaces a feature.</summary>
    void Set<T>(T instance);

    /// <summary>The feature, or null.</summary>
    T? Get<T>();
}
