using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;

namespace LocalPlatform.Functions;

/// <summary>A function as it was found: its method, trigger, outputs and the means to call it.</summary>
internal sealed class FunctionDescriptor : FunctionDefinition
{
    public FunctionDescriptor(
        string name, MethodInfo method, TriggerBinding trigger, IReadOnlyList<OutputTarget> outputs, RetryPlan? retry)
    {
        Name = name;
        Method = method;
        Trigger = trigger;
        Outputs = outputs;
        Retry = retry;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        Id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{EntryPoint}|{name}")))[..16];
        Invoker = new FunctionInvoker(this);
    }

    public MethodInfo Method { get; }

    public TriggerBinding Trigger { get; }

    public IReadOnlyList<OutputTarget> Outputs { get; }

    public RetryPlan? Retry { get; }

    public FunctionInvoker Invoker { get; }

    public override string Name { get; }

    public override string Id { get; }

    public override string EntryPoint { get; }

    public override string PathToAssembly => Method.DeclaringType!.Assembly.Location;

    public override ImmutableArray<FunctionParameter> Parameters =>
        [.. Method.GetParameters().Select(p => new FunctionParameter(p.Name!, p.ParameterType))];

    public override IImmutableDictionary<string, BindingMetadata> InputBindings => Metadata(
        Method.GetParameters().Where(p => p.IsDefined(typeof(DurableClientAttribute), false))
            .Select(p => new Binding(p.Name!, "durableClient", BindingDirection.In))
            .Append(new Binding(Trigger.Parameter.Name!, Trigger.Kind, BindingDirection.In)));

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => Metadata(
        Outputs.Select(o => new Binding(o.Property?.Name ?? "$return", o.QueueOrTopic is null ? "http" : "serviceBus", BindingDirection.Out)));

    private static ImmutableDictionary<string, BindingMetadata> Metadata(IEnumerable<Binding> bindings) =>
        bindings.ToImmutableDictionary(b => b.Name, b => (BindingMetadata)b);

    private sealed class Binding(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name { get; } = name;

        public override string Type { get; } = type;

        public override BindingDirection Direction { get; } = direction;
    }
}
