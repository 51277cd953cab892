using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Tests.Support;

/// <summary>The run of a function, for functions that ask for its trace.</summary>
internal sealed class FakeRun(IServiceProvider app) : FunctionContext
{
    public override string InvocationId => "run";

    public override string FunctionId => "function";

    public override TraceContext TraceContext { get; } = new NoTrace();

    public override BindingContext BindingContext => throw new NotSupportedException();

    public override RetryContext RetryContext => throw new NotSupportedException();

    public override FunctionDefinition FunctionDefinition => throw new NotSupportedException();

    public override IInvocationFeatures Features => throw new NotSupportedException();

    public override IServiceProvider InstanceServices { get; set; } = app;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    private sealed class NoTrace : TraceContext
    {
        public override string TraceParent => "";

        public override string TraceState => "";
    }
}
