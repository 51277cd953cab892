using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Tests.Support;

/// <summary>The run of a function, for functions that ask for its trace and middleware that asks for its name.</summary>
/// <param name="app">The services of the run.</param>
/// <param name="function">The function's name.</param>
/// <param name="bindingData">What the host says of the trigger: the parameters of the route.</param>
internal sealed class FakeRun(
    IServiceProvider app, string function = "Function", IReadOnlyDictionary<string, object?>? bindingData = null) : FunctionContext
{
    public override string InvocationId => "run";

    public override string FunctionId => "function";

    public override TraceContext TraceContext { get; } = new NoTrace();

    public override BindingContext BindingContext { get; } = new Bindings(bindingData ?? ImmutableDictionary<string, object?>.Empty);

    public override RetryContext RetryContext => throw new NotSupportedException();

    public override FunctionDefinition FunctionDefinition { get; } = new NamedFunction(function);

    public override IInvocationFeatures Features { get; } = new RunFeatures();

    public override IServiceProvider InstanceServices { get; set; } = app;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    private sealed class NamedFunction(string name) : FunctionDefinition
    {
        public override string Id => "function";

        public override string Name => name;

        public override string EntryPoint => "";

        public override string PathToAssembly => "";

        public override ImmutableArray<FunctionParameter> Parameters => [];

        public override IImmutableDictionary<string, BindingMetadata> InputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

        public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;
    }

    private sealed class Bindings(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }

    private sealed class NoTrace : TraceContext
    {
        public override string TraceParent => "";

        public override string TraceState => "";
    }
}
