using System.Collections;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Tests.Support;

/// <summary>
/// Of what the worker knows of a run, its result. The worker has a type of its own for that which nobody else can name: it is made here
/// from what is asked for, and has any property that is set.
/// </summary>
internal sealed class RunFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> _features = [];

    public T? Get<T>()
    {
        if (!_features.TryGetValue(typeof(T), out var feature) && typeof(T).Name == "IFunctionBindingsFeature")
            _features.Add(typeof(T), feature = DispatchProxy.Create<T, Properties>()!);
        return (T?)feature;
    }

    public void Set<T>(T instance) => _features[typeof(T)] = instance!;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>An object whose properties are what they were set to.</summary>
#pragma warning disable CA1852 // The proxy is a type that derives from it.
    internal class Properties : DispatchProxy
#pragma warning restore CA1852
    {
        private readonly Dictionary<string, object?> _values = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var name = targetMethod!.Name[4..];
            if (targetMethod.Name.StartsWith("set_", StringComparison.Ordinal))
                return _values[name] = args![0];
            return _values.GetValueOrDefault(name);
        }
    }
}
