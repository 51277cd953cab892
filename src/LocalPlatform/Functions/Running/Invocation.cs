using System.Collections;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace LocalPlatform.Functions;

/// <summary>One run of a function: the context that the app sees, and what the host needs beside it. Most parts are made on demand.</summary>
internal sealed class Invocation(FunctionDescriptor function, IServiceProvider services, RunLimit limit) : FunctionContext, IDisposable
{
    private static readonly Dictionary<string, object?> NoBindingData = [];

    private string? _id;
    private TraceContext? _trace;
    private BindingContext? _binding;
    private IDictionary<object, object>? _items;
    private IInvocationFeatures? _features;
    private RunCancellation? _cancellation;

    public override string InvocationId => _id ??= Guid.NewGuid().ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override TraceContext TraceContext => _trace ??= new InvocationTrace(Activity.Current, HttpContext);

    public override BindingContext BindingContext =>
        _binding ??= new InvocationBindings(BindingDataFactory?.Invoke(this) ?? NoBindingData);

    public override RetryContext RetryContext => Retry!;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => Function;

    public override IDictionary<object, object> Items
    {
        get => _items ??= new Dictionary<object, object>();
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= new InvocationFeatures();

    /// <summary>Made at the first use: most runs are over before they ask.</summary>
    public override CancellationToken CancellationToken => (_cancellation ??= limit.Start(HttpContext?.RequestAborted ?? EventToken)).Token;

    public FunctionDescriptor Function { get; } = function;

    /// <summary>
    /// Cancelled when the event that caused the run goes away, for example an activity's orchestration. An HTTP run looks at its
    /// request instead, and only when asked, because the server makes a token for it no sooner.
    /// </summary>
    public CancellationToken EventToken { get; init; }

    /// <summary>The request of an HTTP run.</summary>
    public HttpContext? HttpContext { get; init; }

    /// <summary>What the trigger hands to its parameter: a request, a timer's state, a message's body, ...</summary>
    public object? TriggerValue { get; init; }

    /// <summary>Makes the trigger's metadata when somebody asks for it.</summary>
    public Func<Invocation, IReadOnlyDictionary<string, object?>>? BindingDataFactory { get; init; }

    public RetryContext? Retry { get; init; }

    /// <summary>The value of the parameter that is read from the request's body.</summary>
    public object? Body { get; set; }

    /// <summary>What the function returned; a middleware may replace it.</summary>
    public object? Result { get; set; }

    /// <summary>What the outputs get once the run has succeeded.</summary>
    public List<(OutputTarget Target, object Value)>? Outputs { get; set; }

    public void Dispose() => _cancellation?.Dispose();

    private sealed class InvocationBindings(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData { get; } = data;
    }

    private sealed class InvocationTrace(Activity? activity, HttpContext? http) : TraceContext
    {
        public override string TraceParent { get; } =
            activity?.Id
            ?? (http?.Request.Headers.TraceParent is [{ Length: > 0 } header] ? header : null)
            ?? $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";

        public override string TraceState { get; } = activity?.TraceStateString ?? http?.Request.Headers.TraceState.ToString() ?? "";
    }

    private sealed class InvocationFeatures : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;

        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
